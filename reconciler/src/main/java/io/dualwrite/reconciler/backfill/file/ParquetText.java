package io.dualwrite.reconciler.backfill.file;

import io.dualwrite.jdbc.schema.Column;

/**
 * How the engine writes a value of a Parquet file as the text that PostgreSQL reads as the same
 * value. Times with a zone are in UTC.
 */
final class ParquetText {
  private ParquetText() {}

  /**
   * An expression of the engine for the text of {@code value}.
   *
   * @param type the value's type, as the engine calls it
   * @param target the column that gets it
   */
  static String of(String value, String type, Column target) {
    boolean json = target.baseType().equals("json") || target.baseType().equals("jsonb");
    if (isNested(type) && (json || !type.endsWith("]"))) {
      return "to_json(" + value + ")::VARCHAR";
    }
    return type.endsWith("]")
        ? array(value, type, target, 0)
        : single(value, type, target.baseType());
  }

  /** Whether bytes would have to be taken for a text of which nobody has said how it is encoded. */
  static boolean isUnclear(String type, Column target) {
    String element = type.replaceAll("\\[\\d*]", "");
    return element.equals("BLOB")
        && !target.baseType().equals("bytea")
        && !target.baseType().equals("_bytea");
  }

  private static boolean isNested(String type) {
    return type.endsWith("]")
        || type.startsWith("STRUCT(")
        || type.startsWith("MAP(")
        || type.startsWith("UNION(");
  }

  private static String single(String value, String type, String target) {
    if (type.equals("BLOB")) {
      return "'\\x' || lower(hex(" + value + "))";
    }
    if (type.equals("DATE") || type.startsWith("TIMESTAMP")) {
      String text = value + "::VARCHAR";
      return "CASE WHEN contains("
          + text
          + ", ' (BC)') THEN replace("
          + text
          + ", ' (BC)', '') || ' BC' ELSE "
          + text
          + " END";
    }
    if (type.equals("FLOAT") && target.endsWith("float8")) {
      return value + "::DOUBLE::VARCHAR";
    }
    return value + "::VARCHAR";
  }

  /** An array's literal; a fixed size is of no use here. */
  private static String array(String value, String type, Column target, int depth) {
    String of = type.substring(0, type.lastIndexOf('['));
    String element = "e" + depth;
    String text;
    if (of.endsWith("]")) {
      text = array(element, of, target, depth + 1);
    } else {
      String plain =
          isNested(of)
              ? "to_json(" + element + ")::VARCHAR"
              : single(element, of, target.baseType());
      text = "'\"' || replace(replace(" + plain + ", '\\', '\\\\'), '\"', '\\\"') || '\"'";
    }
    return "CASE WHEN "
        + value
        + " IS NULL THEN NULL ELSE '{' || coalesce(array_to_string(list_transform("
        + value
        + "::"
        + of
        + "[], lambda "
        + element
        + ": coalesce("
        + text
        + ", 'NULL')), ','), '') || '}' END";
  }
}
