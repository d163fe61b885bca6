package io.dualwrite.reconciler.state;

import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/**
 * Removes what is of no use any more: the windows and differences of a table that a later run of
 * the same command has been through, runs that ended a month ago, and runs given up for a week. A
 * run through a part of the table does not take the place of one through the whole. What is left
 * is, for each command and table, the windows of the last run and of the last one through the whole
 * table, and every run that may go on.
 */
public final class Retention {
  /** How long a run that nobody works on any more can be gone on with. */
  public static final Duration UNFINISHED = Duration.ofDays(7);

  private static final String OLD =
      """
      SELECT t.id FROM {s}.run_tables t JOIN {s}.runs r USING (run)
       WHERE r.migration = {m} AND (
         (r.ended_at IS NULL AND r.seen_at < clock_timestamp() - interval '{unfinished}')
         OR (r.ended_at IS NOT NULL AND (t.ended_at IS NULL OR EXISTS (
              SELECT 1 FROM {s}.run_tables l JOIN {s}.runs q USING (run)
               WHERE q.migration = r.migration AND q.command = r.command AND l.step = t.step AND ({whole:q} OR NOT {whole:r})
                 AND l.table_name = t.table_name AND (l.ended_at, l.id) > (t.ended_at, t.id)))))""";

  private static final List<String> STATEMENTS =
      List.of(
          "DELETE FROM {s}.run_differences WHERE table_id IN (" + OLD + ")",
          "DELETE FROM {s}.run_windows WHERE table_id IN (" + OLD + ")",
          "DELETE FROM {s}.run_tables WHERE id IN (" + OLD + ")",
          "DELETE FROM {s}.lowered WHERE migration = {m} AND at < clock_timestamp() - interval '30 days'",
          "DELETE FROM {s}.runs r WHERE r.migration = {m} AND coalesce(r.ended_at < clock_timestamp() - interval '30 days',"
              + " r.seen_at < clock_timestamp() - interval '{unfinished}')"
              + " AND NOT EXISTS (SELECT 1 FROM {s}.run_tables t WHERE t.run = r.run)");

  private final String schema;
  private final String migration;

  /** For the runs of {@code migration} in that control schema. */
  public Retention(String schema, String migration) {
    this.schema = Identifiers.quote(schema);
    this.migration = Identifiers.literal(migration);
  }

  /** Removes it, within the connection's transaction. */
  public void prune(Connection target) throws SQLException {
    try (Statement statement = target.createStatement()) {
      for (String sql : STATEMENTS) {
        statement.executeUpdate(
            sql.replace("{s}", schema)
                .replace("{m}", migration)
                .replace("{unfinished}", UNFINISHED.toDays() + " days")
                .replace("{whole:r}", RunTables.WHOLE)
                .replace("{whole:q}", RunTables.WHOLE.replace("r.settings", "q.settings")));
      }
    }
  }
}
