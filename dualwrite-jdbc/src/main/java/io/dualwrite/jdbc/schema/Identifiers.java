package io.dualwrite.jdbc.schema;

/** Quoting of names and constants for SQL text. */
public final class Identifiers {
  private Identifiers() {}

  /** The name in double quotes, with quotes inside doubled. */
  public static String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /**
   * The text as an SQL constant that means the same whatever {@code standard_conforming_strings}
   * says.
   */
  public static String literal(String text) {
    String doubled = text.replace("'", "''");
    return doubled.indexOf('\\') < 0
        ? "'" + doubled + "'"
        : "E'" + doubled.replace("\\", "\\\\") + "'";
  }
}
