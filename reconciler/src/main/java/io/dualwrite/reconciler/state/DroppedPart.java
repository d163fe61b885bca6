package io.dualwrite.reconciler.state;

import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An index or a foreign key of the target that a backfill has dropped for the time of the loading
 * and that is not there again.
 *
 * @param table the target's table, quoted where it must be
 * @param name in words: {@code index public.flights_code}
 * @param since when it was dropped
 */
public record DroppedPart(String table, String name, Instant since) {

  private static final int NAMED = 3;

  /** Those of a migration, by table; none where the table of them is not there to be read. */
  public static List<DroppedPart> read(Connection target, String schema, String migration)
      throws SQLException {
    List<DroppedPart> found = new ArrayList<>();
    if (!isReadable(target, schema)) {
      return found;
    }
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT table_name, CASE kind WHEN 'INDEX' THEN 'index ' ELSE 'foreign key ' END || name, dropped_at FROM "
                + Identifiers.quote(schema)
                + ".deferred WHERE migration = ? ORDER BY table_name, kind DESC, name")) {
      statement.setString(1, migration);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(
              new DroppedPart(
                  rows.getString(1), rows.getString(2), rows.getTimestamp(3).toInstant()));
        }
      }
    }
    return found;
  }

  private static boolean isReadable(Connection target, String schema) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE n.nspname = ? AND c.relname = 'deferred' AND has_schema_privilege(n.oid, 'USAGE')"
                + " AND has_table_privilege(c.oid, 'SELECT'))")) {
      statement.setString(1, schema);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  /** What the target lacks, in words; the first of them by name. */
  public static String lacking(List<DroppedPart> parts) {
    String names =
        parts.stream()
            .limit(NAMED)
            .map(p -> p.name() + " of " + p.table())
            .collect(Collectors.joining(", "));
    int more = parts.size() - NAMED;
    return "the target lacks "
        + names
        + (more > 0 ? " and " + more + " more" : "")
        + ", dropped by a backfill with --defer-indexes that has not built "
        + (parts.size() == 1 ? "it" : "them")
        + " again";
  }
}
