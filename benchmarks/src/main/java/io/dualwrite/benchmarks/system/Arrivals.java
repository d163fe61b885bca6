package io.dualwrite.benchmarks.system;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Sees what has come to the target, with SQL of its own and not through the library: when all of it
 * is there, and how long after the source's commit each row's commit was.
 */
final class Arrivals implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long POLL_NANOS = 500_000;

  /** Looking costs more, the more entries were deleted, and lasts longer. */
  private static final long BULK_POLL_NANOS = 10_000_000;

  private final Servers servers;
  private final Variant variant;
  private final Workload workload;
  private final long firstRow;
  private final Connection source;

  /**
   * Looks at the rows from one transaction on.
   *
   * @param firstTransaction the id of the first transaction that counts
   */
  Arrivals(Servers servers, Variant variant, Workload workload, long firstTransaction)
      throws SQLException {
    this.servers = servers;
    this.variant = variant;
    this.workload = workload;
    this.firstRow = workload.firstRow(firstTransaction);
    this.source = servers.source().dataSource(variant.database()).getConnection();
  }

  /**
   * Waits until nothing is left to be delivered.
   *
   * @return milliseconds; infinite when that took more than a minute, not a number where nothing is
   *     delivered
   */
  double awaitAll() throws SQLException {
    if (variant.arrival() == Variant.Arrival.NEVER
        || variant.arrival() == Variant.Arrival.BEFORE_THE_ANSWER) {
      return Double.NaN;
    }
    long began = System.nanoTime();
    while (!complete()) {
      if (System.nanoTime() - began > PATIENCE.toNanos()) {
        return Double.POSITIVE_INFINITY;
      }
      LockSupport.parkNanos(workload.bulk() ? BULK_POLL_NANOS : POLL_NANOS);
    }
    return (System.nanoTime() - began) / 1e6;
  }

  private boolean complete() throws SQLException {
    if (variant.arrival() == Variant.Arrival.THROUGH_THE_JOURNAL) {
      return number(source, "SELECT count(*) FROM (SELECT FROM dualwrite.journal LIMIT 1) one")
          == 0;
    }
    String count = "SELECT count(*) FROM " + workload.insertedOnly() + " WHERE id >= " + firstRow;
    try (Connection target = servers.target().dataSource(variant.database()).getConnection()) {
      return number(source, count) == number(target, count);
    }
  }

  /** Bytes of the journal and its index; 0 without one. */
  long journalBytes() throws SQLException {
    return number(
        source, "SELECT coalesce(pg_total_relation_size(to_regclass('dualwrite.journal')), 0)");
  }

  /** From the source's commit to the target's; empty where rows do not come to the target. */
  Latencies lags() throws SQLException {
    Latencies lags = new Latencies();
    if (variant.arrival() == Variant.Arrival.NEVER) {
      return lags;
    }
    String sql =
        "SELECT id, (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint FROM "
            + workload.insertedOnly()
            + " WHERE id >= ? ORDER BY id";
    try (Connection target = servers.target().dataSource(variant.database()).getConnection();
        PreparedStatement here = source.prepareStatement(sql);
        PreparedStatement there = target.prepareStatement(sql)) {
      here.setLong(1, firstRow);
      there.setLong(1, firstRow);
      try (ResultSet left = here.executeQuery();
          ResultSet arrived = there.executeQuery()) {
        boolean more = arrived.next();
        while (left.next() && more) {
          while (more && arrived.getLong(1) < left.getLong(1)) {
            more = arrived.next();
          }
          if (more && arrived.getLong(1) == left.getLong(1)) {
            lags.add(1000 * (arrived.getLong(2) - left.getLong(2)));
          }
        }
      }
    }
    return lags;
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Override
  public void close() throws SQLException {
    source.close();
  }
}
