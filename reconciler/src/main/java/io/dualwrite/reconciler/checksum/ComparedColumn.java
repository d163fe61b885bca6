package io.dualwrite.reconciler.checksum;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.ColumnPair;
import java.util.Optional;

/**
 * A pair of columns as SQL that makes their values comparable across the two databases.
 *
 * <p>Two values are the same when their {@link #text} is: doubles by their bits, numerics by value,
 * everything else by its canonical text, {@code json} and {@code jsonb} finally by their tree
 * ({@link #isJson}).
 */
public final class ComparedColumn {
  private final ColumnPair pair;
  private final CommonValue value;

  ComparedColumn(ColumnPair pair) {
    this.pair = pair;
    this.value = CommonValue.of(pair);
  }

  /** The columns of both sides. */
  public ColumnPair pair() {
    return pair;
  }

  /** How unlike types are compared, in words for the report. */
  public Optional<String> conversion() {
    return value.conversion();
  }

  /** Whether values with different texts may still be the same document. */
  public boolean isJson() {
    return value.baseType().equals("json") || value.baseType().equals("jsonb");
  }

  /** Whether values that are not texts themselves are compared by their texts. */
  public boolean asText() {
    return value.baseType().equals("text")
        ? !CommonValue.isText(pair.source())
        : send(Side.SOURCE).endsWith("::text COLLATE \"C\"");
  }

  /** The canonical text of the value on {@code side}; null stays null. */
  public String text(Side side) {
    String x = value.on(side);
    return switch (value.baseType()) {
      case "numeric" -> "trim_scale(" + x + ")::text";
      case "text" -> x;
      default -> x + "::text";
    };
  }

  /**
   * What goes into a row's {@code hash_record_extended} on {@code side}: nothing that makes two
   * values differ is folded away.
   */
  String send(Side side) {
    String x = value.on(side);
    return switch (value.baseType()) {
      case "int8" -> "int8send(" + x + ")";
      case "timestamp", "timestamptz", "time", "timetz", "interval" ->
          value.baseType() + "_send(" + x + ")";
      // By bits: -0 and 0 differ, which float8's own hash hides.
      case "float4", "float8" -> value.baseType() + "send(" + x + ")";
      case "int2",
          "int4",
          "oid",
          "date",
          "bool",
          "uuid",
          "numeric",
          "bytea",
          "inet",
          "cidr",
          "macaddr",
          "macaddr8",
          "jsonb" ->
          x;
      // The hash of text under a nondeterministic collation is that of its sort key.
      case "text" -> x + " COLLATE \"C\"";
      default -> x + "::text COLLATE \"C\"";
    };
  }
}
