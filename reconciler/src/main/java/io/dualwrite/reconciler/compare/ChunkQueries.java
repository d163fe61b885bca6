package io.dualwrite.reconciler.compare;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.Iterables;
import io.dualwrite.Side;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.window.Chunk;
import io.dualwrite.reconciler.window.Chunk.SideSql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * The queries over one chunk on one side. Nothing but sums, keys and hashes leaves the database.
 */
record ChunkQueries(ComparedTable table, Chunk chunk, Side side) {
  private static final int FETCH_ROWS = 2_000;

  // Without this the planner may pull the subquery up and compute each hash twice.
  private static final String FENCE = " offset 0) r";

  // The row's hash is linear in its values' hashes, so that a plain sum would miss values that two
  // rows have swapped. PostgreSQL 13 has no bit_xor.
  private static final String SUMS =
      "count(*), sum(h # (h >> 29))::text || ':' || sum(h # (h << 17))::text";

  /** Count and checksum by window number; windows without rows are left out. */
  Map<Long, WindowSum> sums(Connection connection) throws SQLException {
    if (chunk.windows().size() == 1) {
      return sums(connection, sums(0, chunk.predicate()));
    }
    List<SideSql> each = chunk.each();
    if (!each.isEmpty()) {
      return sums(
          connection,
          IntStream.range(0, each.size())
              .mapToObj(window -> sums(window, each.get(window)))
              .collect(joining(" union all ")));
    }
    String rows =
        "(select " + slot() + " as w, " + table.rowHash(side) + " as h" + from("true") + FENCE;
    return sums(connection, "select w, " + SUMS + " from " + rows + " group by w");
  }

  private String sums(int window, SideSql predicate) {
    return "select "
        + window
        + ", "
        + SUMS
        + " from (select "
        + table.rowHash(side)
        + " as h"
        + from(predicate, "true")
        + FENCE;
  }

  /**
   * The same by cell: the rows of these windows, each window cut into buckets by the keys' hashes.
   */
  Map<Long, WindowSum> cells(Connection connection, Collection<Integer> windows, int buckets)
      throws SQLException {
    String rows =
        "(select "
            + cell(buckets)
            + " as c, "
            + table.rowHash(side)
            + " as h"
            + from(in(windows))
            + FENCE;
    return sums(connection, "select c, " + SUMS + " from " + rows + " group by c");
  }

  private static Map<Long, WindowSum> sums(Connection connection, String sql) throws SQLException {
    Map<Long, WindowSum> sums = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        if (result.getLong(2) > 0) {
          sums.put(result.getLong(1), new WindowSum(result.getLong(2), result.getString(3)));
        }
      }
    }
    return sums;
  }

  /** The rows of these windows that have a null in their keys. */
  RowCursor unkeyed(Connection connection, Collection<Integer> windows) throws SQLException {
    String nulls =
        table.pair().key().stream()
            .map(k -> k.on(side).sql() + " is null")
            .collect(joining(" or ", "(", ")"));
    return rows(connection, in(windows) + " and " + nulls, OptionalLong.empty());
  }

  /**
   * The rows of these cells by ascending key hash, which orders alike in every database, read in
   * small batches within the running transaction.
   *
   * @param after where an earlier read stopped
   */
  RowCursor rows(
      Connection connection,
      Collection<Integer> windows,
      int buckets,
      Collection<Long> cells,
      OptionalLong after)
      throws SQLException {
    String inCells =
        buckets == 1
            ? "true"
            : cell(buckets)
                + " = any('{"
                + cells.stream().map(String::valueOf).collect(joining(","))
                + "}')";
    return rows(connection, in(windows) + " and " + inCells, after);
  }

  private RowCursor rows(Connection connection, String condition, OptionalLong after)
      throws SQLException {
    List<String> keys = table.keyTexts(side);
    List<String> identity = table.keyIdentity(side);
    StringBuilder columns =
        new StringBuilder(
            slot()
                + "::int4 as w, "
                + table.keyHash(side)
                + " as k, "
                + table.rowHash(side)
                + " as h");
    int i = 0;
    for (String text : Iterables.concat(keys, identity)) {
      columns.append(", ").append(text).append(" as t").append(i++);
    }
    String sql =
        "select * from (select "
            + columns
            + from(condition)
            + FENCE
            + (after.isPresent() ? " where k > " + after.getAsLong() : "")
            + " order by k";
    Statement statement = connection.createStatement();
    try {
      statement.setFetchSize(FETCH_ROWS);
      return new RowCursor(
          side, statement, statement.executeQuery(sql), keys.size(), identity.size());
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
  }

  private String from(String also) {
    return from(chunk.predicate(), also);
  }

  private String from(SideSql predicate, String also) {
    return " from " + table.from(side) + " where " + predicate.on(side) + " and " + also;
  }

  private String slot() {
    return chunk.slot().on(side);
  }

  private String cell(int buckets) {
    return "("
        + slot()
        + ")::int8 * "
        + buckets
        + " + ("
        + table.keyHash(side)
        + " & "
        + (buckets - 1)
        + ")";
  }

  private String in(Collection<Integer> windows) {
    return windows.size() == chunk.windows().size()
        ? "true"
        : "("
            + slot()
            + ") = any('{"
            + windows.stream().map(String::valueOf).collect(joining(","))
            + "}')";
  }
}
