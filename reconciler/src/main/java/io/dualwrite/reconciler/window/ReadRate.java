package io.dualwrite.reconciler.window;

import io.dualwrite.Side;
import io.dualwrite.reconciler.checksum.ComparedTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** How many rows of a table the slower side hashes in half a second: tried on some rows of it. */
record ReadRate(ComparedTable table) {
  private static final Duration GOAL = Duration.ofMillis(500);
  private static final long TRIED = 20_000;

  /** Tables of so few rows are not worth the trial. */
  private static final long NOT_TRIED = 4 * WindowPlanner.ROWS_PER_CHUNK;

  /** A table has so many windows at least, however quickly it is read. */
  private static final long WINDOWS_AT_LEAST = 64;

  private static final long FEWEST = 5_000;
  private static final long MOST = 2_000_000;

  /**
   * Rows for one query over a table of so many rows.
   *
   * @throws SideReadException naming the side that could not be read
   */
  long rowsPerQuery(Connection source, Connection target, long rows) {
    if (rows <= NOT_TRIED) {
      return WindowPlanner.ROWS_PER_CHUNK;
    }
    long nanos =
        Math.max(
            WindowPlanner.read(Side.SOURCE, () -> nanos(source, Side.SOURCE)),
            WindowPlanner.read(Side.TARGET, () -> nanos(target, Side.TARGET)));
    long fitting = (long) ((double) TRIED * GOAL.toNanos() / Math.max(1, nanos));
    long allowed = Math.max(WindowPlanner.ROWS_PER_CHUNK, rows / WINDOWS_AT_LEAST);
    return Math.max(FEWEST, Math.min(Math.min(MOST, allowed), fitting));
  }

  private long nanos(Connection connection, Side side) throws SQLException {
    String sql =
        "select count(*), sum(h # (h >> 29)) from (select "
            + table.rowHash(side)
            + " as h from "
            + table.from(side)
            + " limit "
            + TRIED
            + ") r";
    try (Statement statement = connection.createStatement()) {
      long began = System.nanoTime();
      statement.executeQuery(sql).close();
      return System.nanoTime() - began;
    }
  }
}
