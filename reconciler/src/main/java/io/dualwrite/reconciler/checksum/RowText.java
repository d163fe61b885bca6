package io.dualwrite.reconciler.checksum;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Set;

/**
 * A row's texts as one text, as SQL: no two rows of the same columns share one.
 *
 * @param values in the columns' order
 */
record RowText(List<Value> values) {
  /**
   * Types of which no text is empty or has a comma, but for those of JSON, which show themselves
   * where they end.
   */
  private static final Set<String> PLAIN =
      Set.of(
          "int2",
          "int4",
          "int8",
          "oid",
          "numeric",
          "float4",
          "float8",
          "bool",
          "date",
          "timestamp",
          "timestamptz",
          "time",
          "timetz",
          "interval",
          "uuid",
          "bytea",
          "inet",
          "cidr",
          "macaddr",
          "macaddr8",
          "json",
          "jsonb");

  RowText {
    values = List.copyOf(values);
  }

  /**
   * One of the texts, which may be null.
   *
   * @param sql the expression
   * @param plain whether the text cannot be empty, and ends where a comma follows
   */
  record Value(String sql, boolean plain) {
    /** The text of a value of that type. */
    static Value of(String sql, String baseType) {
      return new Value(sql, PLAIN.contains(baseType));
    }

    /** The number of the characters before a text that may have any; nothing for null. */
    private String canonical() {
      return "coalesce("
          + (plain ? sql : "char_length(" + sql + ") || ':' || " + sql)
          + ", '') || ','";
    }
  }

  /** A record of the texts. */
  String record() {
    return "row(" + values.stream().map(Value::sql).collect(joining(", ")) + ")";
  }

  /**
   * Made of what every dialect has: plain texts as they are, others behind their lengths, each with
   * a comma behind it.
   */
  String canonical() {
    return joined(values);
  }

  /** In halves, so that neither copying nor nesting grows with the square of the columns. */
  private static String joined(List<Value> some) {
    int half = some.size() / 2;
    return half == 0
        ? some.get(0).canonical()
        : "("
            + joined(some.subList(0, half))
            + ") || ("
            + joined(some.subList(half, some.size()))
            + ")";
  }
}
