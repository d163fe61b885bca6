package io.dualwrite.jdbc.schema;

/**
 * How a key column's value is written into the journal as text that means the same whatever the
 * session's DateStyle, TimeZone, extra_float_digits or bytea_output, and how it is read back.
 */
public final class KeyText {
  private KeyText() {}

  /** Whether a value of this column has a text form that no session setting changes. */
  public static boolean supports(Column column) {
    return switch (column.typeKind()) {
      case 'e' -> true;
      case 'b' ->
          switch (column.baseType()) {
            case "int2",
                "int4",
                "int8",
                "oid",
                "numeric",
                "bool",
                "text",
                "varchar",
                "bpchar",
                "name",
                "char",
                "citext",
                "ltree" ->
                true;
            case "uuid",
                "inet",
                "cidr",
                "macaddr",
                "macaddr8",
                "bit",
                "varbit",
                "pg_lsn",
                "xid8",
                "time",
                "timetz" ->
                true;
            case "date", "timestamp", "timestamptz", "bytea" -> true;
            default -> false;
          };
      default -> false;
    };
  }

  /**
   * An SQL expression for the canonical text of {@code expression}, a value of {@code column}. Null
   * stays null. The text can be cast back to the column's type in any session.
   */
  public static String encode(Column column, String expression) {
    if (column.typeKind() != 'b') {
      return ColumnText.read(column, expression);
    }
    return switch (column.baseType()) {
      // JSON prints dates and times in ISO 8601 under any DateStyle.
      case "date", "timestamp", "timestamptz" ->
          "(pg_catalog.to_json(" + expression + ") #>> '{}')";
      // No backslash in a constant: its meaning depends on standard_conforming_strings.
      case "bytea" -> "(pg_catalog.chr(92) || 'x' || pg_catalog.encode(" + expression + ", 'hex'))";
      default -> ColumnText.read(column, expression);
    };
  }

  /**
   * An SQL expression for the value that {@code expression}, a text made by {@link #encode} from
   * this column, stands for. To look the row up on the other side, where the column may have
   * another type, go through this column: {@code ColumnText.write(other, ColumnText.read(column,
   * KeyText.decode(column, text)))}.
   */
  public static String decode(Column column, String expression) {
    return ColumnText.write(column, expression);
  }
}
