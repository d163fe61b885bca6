package io.dualwrite.reconciler.backfill;

import static java.util.stream.Collectors.joining;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.ColumnPair;
import io.dualwrite.jdbc.schema.ColumnText;
import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.jdbc.schema.UniqueKey;
import io.dualwrite.reconciler.window.PgTime;
import io.dualwrite.reconciler.window.Rounding;
import io.dualwrite.reconciler.window.TableFacts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * By which columns a table is cut into spans: its time column where the source has an index on it,
 * else its key in the order of the source's index; a table without either is one span.
 *
 * @param pair the table
 * @param columns in the order of the index; empty: the table is not cut
 * @param byTime whether it is cut by its time column
 * @param alike whether these columns, and the time column where it has an end, order alike on both
 *     sides, so that a span of the source is one of the target as well. Not if the target keeps
 *     less of a time: a row may then lie in another span there
 * @param since only rows whose time column is at or after it
 * @param until only rows whose time column is before it, and those that have none
 */
record Cuts(
    TablePair pair,
    List<ColumnPair> columns,
    boolean byTime,
    boolean alike,
    Optional<Instant> since,
    Optional<Instant> until) {
  private static final Set<String> NUMBERS = Set.of("int2", "int4", "int8");
  private static final Set<String> TIMES = Set.of("timestamp", "timestamptz");
  private static final Set<String> DATES = Set.of("date");
  private static final Set<String> UUIDS = Set.of("uuid");

  static Cuts of(
      TablePair pair, TableFacts source, Optional<Instant> since, Optional<Instant> until) {
    Optional<ColumnPair> time =
        pair.timeColumn().filter(t -> source.indexed().contains(t.source().name()));
    List<ColumnPair> columns = time.map(List::of).orElseGet(() -> key(pair));
    boolean limited = pair.timeColumn().isPresent() && (since.isPresent() || until.isPresent());
    boolean limitsAlike = !limited || ordersAlike(pair.timeColumn().orElseThrow());
    if (pair.key().isEmpty() && !columns.stream().allMatch(Cuts::ordersAlike)) {
      // Its rows cannot be looked up on the target by those that were sent: all at once.
      columns = List.of();
    }
    return new Cuts(
        pair,
        columns,
        !columns.isEmpty() && time.isPresent(),
        limitsAlike && columns.stream().allMatch(Cuts::ordersAlike),
        limited ? since : Optional.empty(),
        limited ? until : Optional.empty());
  }

  /** In the order of the index that makes it unique. */
  private static List<ColumnPair> key(TablePair pair) {
    Optional<UniqueKey> index = pair.conflictKey(Side.SOURCE);
    List<ColumnPair> columns = new ArrayList<>();
    for (String name : index.map(UniqueKey::columns).orElse(List.of())) {
      pair.key().stream().filter(k -> k.source().name().equals(name)).forEach(columns::add);
    }
    return columns;
  }

  private static boolean ordersAlike(ColumnPair pair) {
    boolean sameFamily =
        List.of(NUMBERS, TIMES, DATES, UUIDS).stream()
            .anyMatch(
                family ->
                    family.contains(pair.source().baseType())
                        && family.contains(pair.target().baseType()));
    return sameFamily && (!TIMES.contains(pair.source().baseType()) || Rounding.isNone(pair));
  }

  /** Whether the target's time column tells what the source's does, so that an end cuts alike. */
  boolean timesAlike() {
    return pair.timeColumn().map(Cuts::ordersAlike).orElse(true);
  }

  /** Whether rows may lie in no range of the columns. */
  boolean hasNulls() {
    return byTime && (!columns.get(0).source().notNull() || !columns.get(0).target().notNull());
  }

  /** The condition over the bare columns of {@code side} that cuts a span out. */
  String condition(Side side, Span span) {
    if (span.kind() == Span.Kind.NULLS) {
      return columns.get(0).on(side).sql() + " IS NULL";
    }
    List<String> parts = new ArrayList<>(limits(side));
    span.from().ifPresent(from -> parts.add(row(side) + " >= " + values(side, from)));
    span.to().ifPresent(to -> parts.add(row(side) + " < " + values(side, to)));
    if (parts.isEmpty()) {
      return byTime && hasNulls() ? columns.get(0).on(side).sql() + " IS NOT NULL" : "true";
    }
    return String.join(" AND ", parts);
  }

  private List<String> limits(Side side) {
    List<String> limits = new ArrayList<>();
    pair.timeColumn()
        .ifPresent(
            time -> {
              Column column = time.on(side);
              String rest = byTime ? "" : " OR " + column.sql() + " IS NULL";
              since.ifPresent(s -> limits.add(column.sql() + " >= " + instant(column, s)));
              until.ifPresent(
                  u -> limits.add("(" + column.sql() + " < " + instant(column, u) + rest + ")"));
            });
    return limits;
  }

  /** Rows at or after the end, which are left to the dual writes. */
  Optional<String> beyond(Side side) {
    return pair.timeColumn()
        .map(t -> t.on(side))
        .flatMap(c -> until.map(u -> c.sql() + " >= " + instant(c, u)));
  }

  private static String instant(Column column, Instant instant) {
    // A day is compared as its first moment.
    String type = column.baseType().equals("timestamptz") ? "timestamptz" : "timestamp";
    return Identifiers.literal(PgTime.sql(instant)) + "::" + type;
  }

  /** The columns of the source as one value to compare and order by. */
  String row(Side side) {
    String list = columns.stream().map(c -> c.on(side).sql()).collect(joining(", "));
    return columns.size() == 1 ? list : "(" + list + ")";
  }

  /** The columns of the source, as {@code t}, to order by: a bare name would mean its text. */
  String order() {
    return columns.stream().map(c -> "t." + c.source().sql()).collect(joining(", "));
  }

  /** The columns of the source as texts. */
  String texts() {
    return columns.stream()
        .map(c -> ColumnText.read(c.source(), c.source().sql()))
        .collect(joining(", "));
  }

  /** Bounds as values of that side's columns. */
  String values(Side side, List<String> bound) {
    String list =
        IntStream.range(0, columns.size())
            .mapToObj(
                i -> ColumnText.write(columns.get(i).on(side), Identifiers.literal(bound.get(i))))
            .collect(joining(", "));
    return columns.size() == 1 ? list : "(" + list + ")";
  }
}
