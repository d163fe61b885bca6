package io.dualwrite.reconciler.window;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableSet;
import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.ColumnPair;
import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.reconciler.window.Chunk.SideSql;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * A column by whose ranges a table is cut, of a type whose order is the same in every database.
 *
 * @param nullsFirst whether rows without a value are in the range that has no lower end
 */
record WindowColumn(ColumnPair pair, Family family, boolean nullsFirst) {
  private static final Pattern CLOCK = Pattern.compile("\\d\\d:\\d\\d:\\d\\d\\.\\d{6}");
  private static final String MIDNIGHT = "00:00:00.000000";

  /** Types that order alike on both sides. */
  enum Family {
    TIME(Set.of("timestamp", "timestamptz", "date")),
    INTEGER(Set.of("int2", "int4", "int8")),
    UUID(Set.of("uuid"));

    private final ImmutableSet<String> types;

    Family(Set<String> types) {
      this.types = ImmutableSet.copyOf(types);
    }
  }

  /** The column as one to cut by, unless its types do not order alike on both sides. */
  static Optional<WindowColumn> of(ColumnPair pair) {
    for (Family family : Family.values()) {
      if (family.types.contains(pair.source().baseType())
          && family.types.contains(pair.target().baseType())) {
        return Optional.of(new WindowColumn(pair, family, false));
      }
    }
    return Optional.empty();
  }

  /** The same for a key, whose ranges hold every row. */
  WindowColumn ofKey() {
    return new WindowColumn(pair, family, true);
  }

  /**
   * Whether one side keeps days only, so that a window shorter than a day would put a row elsewhere
   * on each side.
   */
  boolean wholeDays() {
    return pair.source().baseType().equals("date") || pair.target().baseType().equals("date");
  }

  boolean nullable() {
    return !pair.source().notNull() || !pair.target().notNull();
  }

  SideSql sql(UnaryOperator<String> expression) {
    return new SideSql(
        expression.apply(pair.source().sql()), expression.apply(pair.target().sql()));
  }

  /** Of bounds: the side's own, or one that holds all numbers of either side. */
  private String type(Side side) {
    return family == Family.INTEGER ? "int8" : pair.on(side).baseType();
  }

  /** The condition {@code [lower, upper)}, either end open where it is empty. */
  String between(Side side, Optional<String> lower, Optional<String> upper) {
    Column column = pair.on(side);
    if (lower.isEmpty() && upper.isEmpty()) {
      return column.notNull() ? "true" : column.sql() + " is not null";
    }
    String from = lower.map(l -> compared(side, ">=", "-", l)).orElse("");
    String to = upper.map(u -> compared(side, "<", "+", u)).orElse("");
    return nullsFirst && lower.isEmpty() && !column.notNull()
        ? "(" + to + " or " + column.sql() + " is null)"
        : from + (from.isEmpty() || to.isEmpty() ? "" : " and ") + to;
  }

  /** The source's value is in the window that its value on the target is in. */
  private String compared(Side side, String operator, String outwards, String text) {
    String column = pair.on(side).sql();
    Optional<Rounding> rounding = rounding(side);
    if (rounding.isEmpty()) {
      return column + " " + operator + " " + end(operator, type(side), text);
    }
    // The first condition is for the index, the second is exact.
    String bound = end(operator, rounding.get().baseType(), text);
    return column
        + " "
        + operator
        + " "
        + bound
        + " "
        + outwards
        + " interval '"
        + rounding.get().reach()
        + "' and "
        + column
        + "::"
        + rounding.get().type()
        + " "
        + operator
        + " "
        + bound;
  }

  /** What ends within a day includes the day, of which a date is the first moment. */
  private static String end(String operator, String type, String text) {
    String bound = Identifiers.literal(text) + "::" + type;
    boolean within =
        type.equals("date") && !CLOCK.matcher(text).replaceFirst(MIDNIGHT).equals(text);
    return within && operator.equals("<") ? "(" + bound + " + 1)" : bound;
  }

  private Optional<Rounding> rounding(Side side) {
    return family == Family.TIME && side == Side.SOURCE ? Rounding.of(pair) : Optional.empty();
  }

  /** A chunk of windows that meet at {@code inner}, one more than there are inner bounds. */
  Chunk chunk(
      List<Window> windows, Optional<String> lower, List<String> inner, Optional<String> upper) {
    return chunk(windows, lower, inner, upper, List.of());
  }

  /** The same, read range by range: for an indexed column and windows that are not short. */
  Chunk chunkOfRanges(
      List<Window> windows, Optional<String> lower, List<String> inner, Optional<String> upper) {
    return chunk(
        windows, lower, inner, upper, inner.isEmpty() ? List.of() : each(lower, inner, upper));
  }

  private Chunk chunk(
      List<Window> windows,
      Optional<String> lower,
      List<String> inner,
      Optional<String> upper,
      List<SideSql> each) {
    return new Chunk(
        windows,
        predicate(lower, upper),
        new SideSql(slot(Side.SOURCE, inner), slot(Side.TARGET, inner)),
        pieces -> pieces(windows, lower, upper, pieces),
        each);
  }

  private List<SideSql> each(Optional<String> lower, List<String> inner, Optional<String> upper) {
    List<SideSql> each = new ArrayList<>();
    Optional<String> from = lower;
    for (String bound : inner) {
      each.add(predicate(from, Optional.of(bound)));
      from = Optional.of(bound);
    }
    each.add(predicate(from, upper));
    return each;
  }

  private SideSql predicate(Optional<String> lower, Optional<String> upper) {
    return new SideSql(between(Side.SOURCE, lower, upper), between(Side.TARGET, lower, upper));
  }

  private List<SideSql> pieces(
      List<Window> windows, Optional<String> lower, Optional<String> upper, int number) {
    List<String> points = new Cuts(family, windows).points(number);
    return each(
        lower,
        wholeDays()
            ? points.stream()
                .map(point -> CLOCK.matcher(point).replaceFirst(MIDNIGHT))
                .distinct()
                .toList()
            : points,
        upper);
  }

  private String slot(Side side, List<String> inner) {
    if (inner.isEmpty()) {
      return "0";
    }
    String bounds = inner.stream().map(b -> '"' + b + '"').collect(joining(",", "'{", "}'"));
    Optional<Rounding> rounding = rounding(side);
    return "width_bucket("
        + pair.on(side).sql()
        + rounding.map(r -> "::" + r.type()).orElse("")
        + ", "
        + bounds
        + "::"
        + rounding.map(Rounding::baseType).orElse(pair.on(side).baseType())
        + "[])";
  }
}
