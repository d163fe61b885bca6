package io.dualwrite.reconciler.window;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Windows of about as many rows each over the key's first column, cut where the larger side's keys
 * lie.
 */
final class KeyWindows {
  private final TablePair tables;
  private final WindowColumn column;
  private final Side larger;
  private final long rowsPerChunk;

  KeyWindows(TablePair tables, WindowColumn column, Side larger, long rowsPerChunk) {
    this.rowsPerChunk = rowsPerChunk;
    this.tables = tables;
    this.column = column.ofKey();
    this.larger = larger;
  }

  List<Chunk> plan(Connection connection) {
    List<String> starts = WindowPlanner.read(larger, () -> starts(connection));
    if (starts.size() <= 1) {
      return List.of(Chunk.all(Window.all()));
    }
    List<Chunk> chunks = new ArrayList<>(starts.size());
    for (int i = 0; i < starts.size(); i++) {
      boolean last = i + 1 == starts.size();
      String from = i == 0 ? null : starts.get(i);
      String to = last ? null : starts.get(i + 1);
      String name = column.pair().source().name();
      String label =
          from == null
              ? name + " < " + to
              : to == null ? name + " >= " + from : name + " " + from + " to " + to;
      chunks.add(
          column.chunk(
              List.of(new Window(Window.Kind.KEY, from, to, label)),
              Optional.ofNullable(from),
              List.of(),
              Optional.ofNullable(to)));
    }
    return chunks;
  }

  /** Every so many-th key, by a walk along the index; equal first columns stay together. */
  private List<String> starts(Connection connection) throws SQLException {
    String c = column.pair().on(larger).sql();
    String rows = " from " + tables.on(larger).name().sql();
    // Names that no table or column has: inside the walk they stand beside the table's own.
    String sql =
        "with recursive dualwrite_walk(dualwrite_key) as ((select "
            + c
            + rows
            + " order by "
            + c
            + " limit 1) union all select (select "
            + c
            + rows
            + " where "
            + c
            + " > dualwrite_walk.dualwrite_key order by "
            + c
            + " offset "
            + (rowsPerChunk - 1)
            + " limit 1) from dualwrite_walk where dualwrite_key is not null)"
            + " select dualwrite_key::text from dualwrite_walk where dualwrite_key is not null limit "
            + WindowPlanner.MAX_WINDOWS;
    List<String> starts = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        starts.add(result.getString(1));
      }
    }
    return starts;
  }
}
