package io.dualwrite.jdbc.schema;

/**
 * How any column's value travels between the databases: as the text that its type prints and
 * parses, without loss under {@link #SESSION_SETTINGS}, whatever the types on the two sides.
 */
public final class ColumnText {
  /**
   * Pins, until the end of the transaction, everything that changes how a value is printed or
   * parsed; to be run on both sides. With row security off, a read or write that a policy would
   * narrow in silence fails instead.
   */
  public static final String SESSION_SETTINGS =
      "SELECT pg_catalog.set_config('TimeZone', 'UTC', true), pg_catalog.set_config('DateStyle', 'ISO, YMD', true),"
          + " pg_catalog.set_config('IntervalStyle', 'postgres', true), pg_catalog.set_config('extra_float_digits', '3', true),"
          + " pg_catalog.set_config('bytea_output', 'hex', true), pg_catalog.set_config('lc_monetary', 'C', true),"
          + " pg_catalog.set_config('xmloption', 'content', true), pg_catalog.set_config('array_nulls', 'on', true),"
          + " pg_catalog.set_config('row_security', 'off', true)";

  private ColumnText() {}

  /**
   * An SQL expression for the text of {@code expression}, a value of {@code column}. Null stays
   * null.
   */
  public static String read(Column column, String expression) {
    return switch (column.typeKind()) {
      // The output function itself: a cast to text may have been redefined for a type of the user's
      // own.
      case 'e' -> "pg_catalog.textin(pg_catalog.enum_out(" + expression + "))";
      case 'c' -> "pg_catalog.textin(pg_catalog.record_out(" + expression + "))";
      default -> keepsBlanks(column) ? withBlanks(expression) : expression + "::pg_catalog.text";
    };
  }

  /**
   * An SQL expression that makes a value fit to be assigned to {@code column} out of {@code
   * expression}, a text. The length, scale and domain of the column are left to the assignment,
   * which refuses what does not fit where a cast would cut it off.
   */
  public static String write(Column column, String expression) {
    return expression + "::" + column.castType();
  }

  /**
   * Blanks at the end are padding in {@code char(n)} and come back by themselves, but content in
   * {@code bpchar}. In a domain it may be either.
   */
  static boolean keepsBlanks(Column column) {
    return column.baseType().equals("bpchar") && !column.type().startsWith("character(");
  }

  /** A cast to text would drop trailing blanks. */
  static String withBlanks(String expression) {
    return "pg_catalog.textin(pg_catalog.bpcharout(" + expression + "))";
  }
}
