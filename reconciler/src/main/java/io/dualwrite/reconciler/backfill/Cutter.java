package io.dualwrite.reconciler.backfill;

import io.dualwrite.Side;
import io.dualwrite.reconciler.compare.Snapshots;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Cuts what is left of a table into spans of about as many rows as asked for, oldest first, by a
 * walk along the source's index. Safe for use by several threads; no two get the same rows.
 */
final class Cutter {
  private final Snapshots snapshots;
  private final Cuts cuts;
  private final Deque<Span> left = new ArrayDeque<>();
  private boolean nulls;

  /**
   * Everything but {@code done}.
   *
   * @param done spans of the same cuts that need no more work, in any order
   */
  Cutter(Snapshots snapshots, Cuts cuts, Collection<Span> done) {
    this.snapshots = snapshots;
    this.cuts = cuts;
    this.nulls = cuts.hasNulls() && done.stream().noneMatch(s -> s.kind() == Span.Kind.NULLS);
    List<Span> ranges = done.stream().filter(s -> s.kind() == Span.Kind.RANGE).toList();
    left.addAll(ranges.isEmpty() ? List.of(Span.ALL) : gaps(ranges));
  }

  /** The next span; empty when there is none left. */
  synchronized Optional<Span> next(int rows) {
    if (nulls) {
      nulls = false;
      return Optional.of(Span.NULLS);
    }
    Span rest = left.poll();
    if (rest == null) {
      return Optional.empty();
    }
    Optional<List<String>> end =
        cuts.columns().isEmpty()
            ? Optional.empty()
            : snapshots.of(cuts.pair()).on(Side.SOURCE, c -> end(c, rest, rows));
    if (end.isEmpty()) {
      return Optional.of(rest);
    }
    left.addFirst(Span.of(end, rest.to()));
    return Optional.of(rest.until(end.get()));
  }

  /** Where a span ends that begins where {@code rest} does; empty: where that ends. */
  private Optional<List<String>> end(Connection source, Span rest, int rows) throws SQLException {
    Optional<List<String>> end = nth(source, cuts.condition(Side.SOURCE, rest), rows);
    if (end.isEmpty()) {
      return end;
    }
    // Rows of one value stay together, however many they are.
    List<String> value = end.get();
    Span before = rest.until(value);
    return nth(source, cuts.condition(Side.SOURCE, before), 0).isPresent()
        ? end
        : nth(
            source,
            cuts.condition(Side.SOURCE, rest)
                + " AND "
                + cuts.row(Side.SOURCE)
                + " > "
                + cuts.values(Side.SOURCE, value),
            0);
  }

  private Optional<List<String>> nth(Connection source, String condition, int offset)
      throws SQLException {
    String sql =
        "SELECT "
            + cuts.texts()
            + " FROM "
            + cuts.pair().source().name().sql()
            + " t WHERE "
            + condition
            + " ORDER BY "
            + cuts.order()
            + " OFFSET "
            + offset
            + " LIMIT 1";
    try (Statement statement = source.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      if (!rows.next()) {
        return Optional.empty();
      }
      List<String> values = new ArrayList<>();
      for (int i = 1; i <= cuts.columns().size(); i++) {
        values.add(rows.getString(i));
      }
      return Optional.of(values);
    }
  }

  /** What lies between finished spans, in the source's own order. */
  private List<Span> gaps(List<Span> done) {
    List<Span> sorted = new ArrayList<>();
    done.stream().filter(s -> s.from().isEmpty()).findFirst().ifPresent(sorted::add);
    List<Span> begun = done.stream().filter(s -> s.from().isPresent()).toList();
    sorted.addAll(sorted(begun));
    List<Span> gaps = new ArrayList<>();
    Optional<List<String>> at = Optional.empty();
    for (Span span : sorted) {
      if (!span.from().equals(at)) {
        gaps.add(Span.of(at, span.from()));
      }
      at = span.to();
      if (at.isEmpty()) {
        return gaps;
      }
    }
    gaps.add(Span.of(at, Optional.empty()));
    return gaps;
  }

  private List<Span> sorted(List<Span> spans) {
    if (spans.size() < 2) {
      return spans;
    }
    List<String> collations = snapshots.on(Side.SOURCE, this::collations);
    StringBuilder values = new StringBuilder();
    for (int i = 0; i < spans.size(); i++) {
      String value = cuts.values(Side.SOURCE, spans.get(i).from().orElseThrow());
      String row = cuts.columns().size() == 1 ? value : value.substring(1, value.length() - 1);
      values.append(i == 0 ? "(" : ", (").append(i).append(", ").append(row).append(")");
    }
    StringBuilder names = new StringBuilder("n");
    StringBuilder order = new StringBuilder();
    for (int i = 0; i < cuts.columns().size(); i++) {
      names.append(", c").append(i);
      order.append(i == 0 ? "" : ", ").append("c").append(i).append(collations.get(i));
    }
    String sql = "SELECT n FROM (VALUES " + values + ") AS v(" + names + ") ORDER BY " + order;
    return snapshots.on(
        Side.SOURCE,
        c -> {
          List<Span> found = new ArrayList<>();
          try (Statement statement = c.createStatement();
              ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
              found.add(spans.get(rows.getInt(1)));
            }
          }
          return found;
        });
  }

  /** By which each column is ordered, as a suffix; a value of its own has the database's. */
  private List<String> collations(Connection source) throws SQLException {
    String sql =
        "SELECT a.attname, pg_catalog.format(' COLLATE %I.%I', n.nspname, c.collname) FROM pg_catalog.pg_attribute a"
            + " JOIN pg_catalog.pg_collation c ON c.oid = a.attcollation JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace"
            + " WHERE a.attrelid = "
            + cuts.pair().source().oid();
    Map<String, String> found = new HashMap<>();
    try (Statement statement = source.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        found.put(rows.getString(1), rows.getString(2));
      }
    }
    return cuts.columns().stream().map(c -> found.getOrDefault(c.source().name(), "")).toList();
  }
}
