package io.dualwrite.reconciler.state;

import io.dualwrite.jdbc.journal.ReconcilerSchema;
import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * All that the reconciler has kept, at a glance.
 *
 * @param tables by name
 * @param unfinished runs that are under way or were interrupted, the latest first
 * @param dropped what a backfill has dropped and not built again
 * @param problem why it could not be read
 */
public record KeptState(
    List<TableState> tables,
    List<UnfinishedRun> unfinished,
    List<DroppedPart> dropped,
    Optional<String> problem) {
  private static final String LAST =
      """
      SELECT l.table_name, l.ended_at, count(w.number), count(*) FILTER (WHERE w.result = 'DIFFERS'),
          count(*) FILTER (WHERE w.result = 'NOT_YET'), coalesce(sum(w.missing), 0), coalesce(sum(w.extra), 0), coalesce(sum(w.changed), 0)
        FROM (SELECT DISTINCT ON (t.table_name) t.id, t.table_name, t.ended_at FROM {s}.run_tables t JOIN {s}.runs r USING (run)
               WHERE r.migration = ? AND {compared} AND t.ended_at IS NOT NULL ORDER BY t.table_name, t.ended_at DESC, t.id DESC) l
        LEFT JOIN {s}.run_windows w ON w.table_id = l.id GROUP BY l.id, l.table_name, l.ended_at""";

  public KeptState {
    tables = List.copyOf(tables);
    unfinished = List.copyOf(unfinished);
    dropped = List.copyOf(dropped);
  }

  /** Nothing is known, for that reason. */
  public static KeptState unknown(String reason) {
    return new KeptState(List.of(), List.of(), List.of(), Optional.of(reason));
  }

  /**
   * Reads it; runs are told of that are of commands which can be given again to go on with them.
   */
  public static KeptState read(
      Connection target, String schema, String migration, Predicate<String> commands)
      throws SQLException {
    List<String> missing = ReconcilerSchema.missing(target, schema);
    if (!missing.isEmpty()) {
      return unknown(StateAccess.lacking(target, schema, missing));
    }
    Stores stores = Stores.of(schema, migration);
    Map<String, TableState> tables = new TreeMap<>();
    for (Watermark watermark : stores.watermarks().all(target)) {
      tables.put(
          watermark.table(),
          new TableState(watermark.table(), Optional.of(watermark), Optional.empty()));
    }
    last(target, Identifiers.quote(schema), migration)
        .forEach(
            (table, last) ->
                tables.put(
                    table,
                    new TableState(
                        table,
                        Optional.ofNullable(tables.get(table)).flatMap(TableState::verified),
                        Optional.of(last))));
    List<UnfinishedRun> unfinished =
        stores.runs().unfinished(target).stream()
            .filter(r -> commands.test(r.run().command()))
            .toList();
    return new KeptState(
        List.copyOf(tables.values()),
        unfinished,
        DroppedPart.read(target, schema, migration),
        Optional.empty());
  }

  private static Map<String, TableState.Last> last(
      Connection target, String schema, String migration) throws SQLException {
    Map<String, TableState.Last> last = new TreeMap<>();
    try (PreparedStatement statement =
        target.prepareStatement(
            LAST.replace("{s}", schema).replace("{compared}", RunTables.COMPARED))) {
      statement.setString(1, migration);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          last.put(
              rows.getString(1),
              new TableState.Last(
                  rows.getTimestamp(2).toInstant(),
                  rows.getLong(3),
                  rows.getLong(4),
                  rows.getLong(5),
                  rows.getLong(6),
                  rows.getLong(7),
                  rows.getLong(8)));
        }
      }
    }
    return last;
  }
}
