package io.dualwrite.reconciler.checksum;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.Tolerance;
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
    CommonValue common = CommonValue.of(pair);
    this.value =
        pair.tolerance().equals(Optional.of(new Tolerance.TrailingBlanks()))
            ? common.withoutTrailingBlanks()
            : common;
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

  /** How far apart values may be, in words for the report. */
  public Optional<String> tolerance() {
    return pair.tolerance().map(t -> pair.source().name() + " " + t);
  }

  /** Whether the text tells all about the value, so that it may be shortened to its hash. */
  public boolean isShortenable() {
    return !isJson() && nearness().isEmpty();
  }

  /**
   * Whether the values that {@link #text} gives on both sides, which are not the same, count as the
   * same.
   */
  public boolean isNear(String source, String target) {
    return nearness().map(n -> n.near(source, target)).orElse(false);
  }

  private Optional<Nearness> nearness() {
    return pair.tolerance().flatMap(t -> Nearness.of(t, value.baseType()));
  }

  /**
   * The canonical text of the value on {@code side}, or what stands for it where values may be
   * apart; null stays null.
   */
  public String text(Side side) {
    return nearness().map(n -> n.text(value.on(side))).orElseGet(() -> exactText(side));
  }

  /**
   * Like {@link #text}, and the same for most values that are near each other; never for values
   * that are not.
   */
  RowText.Value hashed(Side side) {
    return nearness()
        .map(n -> new RowText.Value(n.bucket(value.on(side)), false))
        .orElseGet(() -> RowText.Value.of(exactText(side), value.baseType()));
  }

  private String exactText(Side side) {
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
    if (nearness().isPresent()) {
      return hashed(side).sql() + " COLLATE \"C\"";
    }
    String x = value.on(side);
    return switch (value.baseType()) {
      case "int8" -> "int8send(" + x + ")";
      case "timestamp", "timestamptz", "time", "timetz", "interval" ->
          value.baseType() + "_send(" + x + ")";
      // By bits: -0 and 0 differ, which float8's own hash hides.
      case "float4", "float8" -> value.baseType() + "send(" + x + ")";
      // The hash of a numeric leaves out its sign, and 1 and 10000 differ in a single bit of it.
      case "numeric" -> "numeric_send(" + (sameScale() ? x : "trim_scale(" + x + ")") + ")";
      case "int2",
          "int4",
          "oid",
          "date",
          "bool",
          "uuid",
          "bytea",
          "inet",
          "cidr",
          "macaddr",
          "macaddr8" ->
          x;
      // The hash of text under a nondeterministic collation is that of its sort key.
      case "text" -> x + " COLLATE \"C\"";
      // The hash of jsonb does not tell {} from [], nor a member of a document from one of a
      // document in it. This is its text, with a byte before it.
      case "jsonb" -> "jsonb_send(" + x + ")";
      // So do arrays, whose nesting their hash leaves out.
      default -> x + "::text COLLATE \"C\"";
    };
  }

  /** Whether both sides declare the same scale, to which every value is rounded. */
  private boolean sameScale() {
    String type = pair.target().type();
    return type.indexOf('(') > 0 && type.equals(pair.source().type());
  }
}
