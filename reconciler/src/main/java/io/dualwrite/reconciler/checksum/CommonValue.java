package io.dualwrite.reconciler.checksum;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.ColumnPair;
import io.dualwrite.jdbc.schema.ColumnText;
import java.util.Optional;
import java.util.Set;

/**
 * What both sides' values of a column are turned into before they are compared: the target's value
 * as it stands, the source's value as the target would hold it.
 *
 * @param baseType the type of both expressions, as {@code pg_type.typname}; {@code text} where
 *     nothing nearer fits both
 * @param source the SQL expression on the source, over the bare column
 * @param target the SQL expression on the target, over the bare column
 * @param conversion how values of unlike types are compared, for the report; empty where the types
 *     are alike
 */
record CommonValue(String baseType, String source, String target, Optional<String> conversion) {

  private static final Set<String> INTEGERS = Set.of("int2", "int4", "int8");
  private static final Set<String> TEXTS =
      Set.of("text", "varchar", "bpchar", "name", "char", "citext");
  private static final Set<String> CLOCKS = Set.of("date", "timestamp", "timestamptz");
  private static final Set<String> PRECISION =
      Set.of("numeric", "timestamp", "timestamptz", "time", "timetz", "interval");

  /** Types that every server has, so that the source can take the target's form. */
  private static final Set<String> BUILT_IN =
      Set.of(
          "int2",
          "int4",
          "int8",
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
          "json",
          "jsonb",
          "inet",
          "cidr",
          "bytea",
          "macaddr",
          "macaddr8");

  static CommonValue of(ColumnPair pair) {
    Column source = pair.source();
    Column target = pair.target();
    String s = source.sql();
    String t = target.sql();
    if (isText(source) && isText(target)) {
      String text = ColumnText.read(source, s);
      String asTarget = isPadded(target) && !isPadded(source) ? "rtrim(" + text + ", ' ')" : text;
      return new CommonValue("text", asTarget, ColumnText.read(target, t), note(pair));
    }
    if (source.baseType().equals(target.baseType()) && source.typeKind() == target.typeKind()) {
      return narrower(source, target)
          ? new CommonValue(target.baseType(), s + "::" + target.type(), t, note(pair))
          : alike(source, target);
    }
    if (INTEGERS.contains(source.baseType()) && INTEGERS.contains(target.baseType())) {
      return new CommonValue("int8", s + "::int8", t + "::int8", Optional.empty());
    }
    if (CLOCKS.contains(source.baseType()) && CLOCKS.contains(target.baseType())) {
      return new CommonValue(target.baseType(), s + "::" + target.type(), t, note(pair));
    }
    if (target.typeKind() == 'b' && BUILT_IN.contains(target.baseType())) {
      String cast = target.type().indexOf('(') > 0 ? target.type() : target.baseType();
      return new CommonValue(
          target.baseType(), "(" + ColumnText.read(source, s) + ")::" + cast, t, note(pair));
    }
    return new CommonValue(
        "text", ColumnText.read(source, s), ColumnText.read(target, t), note(pair));
  }

  /** The same without blanks at the end of either side's text. */
  CommonValue withoutTrailingBlanks() {
    return new CommonValue(
        baseType, "rtrim(" + source + ", ' ')", "rtrim(" + target + ", ' ')", conversion);
  }

  /** The expression on {@code side}. */
  String on(Side side) {
    return side == Side.SOURCE ? source : target;
  }

  /** Base types keep their name; composites, ranges and their kin are compared as text. */
  private static CommonValue alike(Column source, Column target) {
    return target.typeKind() == 'b'
        ? new CommonValue(target.baseType(), source.sql(), target.sql(), Optional.empty())
        : new CommonValue(
            "text",
            ColumnText.read(source, source.sql()),
            ColumnText.read(target, target.sql()),
            Optional.empty());
  }

  private static Optional<String> note(ColumnPair pair) {
    Column source = pair.source();
    Column target = pair.target();
    boolean plain = source.baseType().equals(target.baseType()) && !narrower(source, target);
    boolean texts = isText(source) && isText(target) && !isPadded(target);
    return plain || texts
        ? Optional.empty()
        : Optional.of(source.name() + ": " + source.type() + " compared as " + target.type());
  }

  /**
   * Whether the target declares a precision or scale of its own, to which it rounds what is copied.
   */
  private static boolean narrower(Column source, Column target) {
    return PRECISION.contains(target.baseType())
        && target.type().indexOf('(') > 0
        && !target.type().equals(source.type());
  }

  static boolean isText(Column column) {
    return column.typeKind() == 'e'
        || (column.typeKind() == 'b' && TEXTS.contains(column.baseType()));
  }

  /** Whether the type adds blanks at the end, which then mean nothing. */
  private static boolean isPadded(Column column) {
    return column.type().startsWith("character(");
  }
}
