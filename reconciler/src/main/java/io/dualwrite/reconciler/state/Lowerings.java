package io.dualwrite.reconciler.state;

import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.reconciler.state.Watermark.Looked;
import io.dualwrite.reconciler.state.Watermark.Verdict;
import io.dualwrite.reconciler.window.Window;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Where differences were found in a table, and when: a comparison that looked there earlier and
 * ends later must not call it verified. Works on the target's connection that it is given and
 * commits nothing itself.
 */
final class Lowerings {
  private final String lowered;
  private final String migration;

  Lowerings(String schema, String migration) {
    this.lowered = Identifiers.quote(schema) + ".lowered";
    this.migration = migration;
  }

  /** Until the transaction ends, nobody else moves the table's watermark. */
  void lock(Connection target, String table) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(?, 0))")) {
      statement.setString(1, "dualwrite verified:" + lowered + ":" + migration + ":" + table);
      statement.executeQuery().close();
    }
  }

  void add(Connection target, String table, Window.Kind kind, Optional<String> from)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "INSERT INTO "
                + lowered
                + " (migration, table_name, kind, range_from, at) VALUES (?, ?, ?, ?, clock_timestamp())"
                + " ON CONFLICT (migration, table_name, kind, range_from) DO UPDATE SET at = excluded.at")) {
      statement.setString(1, migration);
      statement.setString(2, table);
      statement.setString(3, from.isPresent() ? kind.name() : Window.Kind.ALL.name());
      statement.setString(4, from.orElse(""));
      statement.executeUpdate();
    }
  }

  /** These ranges, where differences were found later than {@code since} as unknown. */
  List<Looked> apply(
      Connection target, String table, Window.Kind kind, List<Looked> ranges, Instant since)
      throws SQLException {
    Optional<Predicate<Looked>> doubtful = first(target, table, kind, since).map(f -> f.reached());
    if (doubtful.isEmpty()) {
      return ranges;
    }
    List<Looked> left = new ArrayList<>(ranges.size());
    for (Looked range : ranges) {
      left.add(
          range.verdict() == Verdict.EQUAL && doubtful.get().test(range)
              ? new Looked(range.from(), range.to(), Verdict.UNKNOWN, range.rows())
              : range);
    }
    return left;
  }

  /** Where the first difference begins: whatever reaches it, reaches beyond. */
  private record First(Window.Kind kind, String from) {
    boolean isBeginning() {
      return from.isEmpty();
    }

    First or(First other) {
      boolean earlier =
          isBeginning() || (!other.isBeginning() && Advance.compare(kind, from, other.from()) <= 0);
      return earlier ? this : other;
    }

    Predicate<Looked> reached() {
      if (isBeginning()) {
        return range -> true;
      }
      if (kind == Window.Kind.TIME) {
        Instant time = Instant.parse(from);
        return range -> range.to().map(Instant::parse).filter(to -> !to.isAfter(time)).isEmpty();
      }
      return range -> range.to().filter(to -> Advance.compare(kind, to, from) <= 0).isEmpty();
    }
  }

  private Optional<First> first(Connection target, String table, Window.Kind kind, Instant since)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT kind, range_from FROM "
                + lowered
                + " WHERE migration = ? AND table_name = ? AND at > ?")) {
      statement.setString(1, migration);
      statement.setString(2, table);
      statement.setTimestamp(3, Timestamp.from(since));
      try (ResultSet rows = statement.executeQuery()) {
        Optional<First> first = Optional.empty();
        while (rows.next()) {
          boolean alike = rows.getString(1).equals(kind.name());
          First found = new First(kind, alike ? rows.getString(2) : "");
          first = Optional.of(first.map(found::or).orElse(found));
        }
        return first;
      }
    }
  }
}
