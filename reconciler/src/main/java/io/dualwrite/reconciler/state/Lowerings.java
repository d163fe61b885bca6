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
    List<Optional<String>> later = later(target, table, kind, since);
    if (later.isEmpty()) {
      return ranges;
    }
    List<Looked> left = new ArrayList<>(ranges.size());
    for (Looked range : ranges) {
      boolean doubtful = later.stream().anyMatch(from -> reaches(kind, range, from));
      left.add(
          doubtful && range.verdict() == Verdict.EQUAL
              ? new Looked(range.from(), range.to(), Verdict.UNKNOWN, range.rows())
              : range);
    }
    return left;
  }

  private static boolean reaches(Window.Kind kind, Looked range, Optional<String> from) {
    return from.isEmpty()
        || range.to().isEmpty()
        || Advance.compare(kind, range.to().get(), from.get()) > 0;
  }

  private List<Optional<String>> later(
      Connection target, String table, Window.Kind kind, Instant since) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT kind, range_from FROM "
                + lowered
                + " WHERE migration = ? AND table_name = ? AND at > ?")) {
      statement.setString(1, migration);
      statement.setString(2, table);
      statement.setTimestamp(3, Timestamp.from(since));
      try (ResultSet rows = statement.executeQuery()) {
        List<Optional<String>> found = new ArrayList<>();
        while (rows.next()) {
          found.add(
              rows.getString(1).equals(kind.name())
                  ? Optional.of(rows.getString(2)).filter(f -> !f.isEmpty())
                  : Optional.empty());
        }
        return found;
      }
    }
  }
}
