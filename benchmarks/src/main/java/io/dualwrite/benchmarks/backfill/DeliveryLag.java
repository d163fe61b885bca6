package io.dualwrite.benchmarks.backfill;

import io.dualwrite.Delivery;
import io.dualwrite.SecondarySettings;
import io.dualwrite.benchmarks.system.Latencies;
import io.dualwrite.jdbc.DualWriteDataSource;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.testing.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * How long a delivery takes beside a backfill: an application inserts a row, updates one of the
 * history, and waits each time until it is delivered ({@code SYNC}).
 *
 * @param table the history
 */
record DeliveryLag(HistoryTable table) {
  private static final Duration PAUSE = Duration.ofMillis(20);

  private interface Work {
    void run() throws SQLException;
  }

  /** Beside nothing, for so long. */
  Latencies alone(Duration time) throws SQLException {
    return beside(() -> LockSupport.parkNanos(time.toNanos()), table.rows() + 1);
  }

  /** Beside a backfill of two workers. */
  Latencies besideBackfill(Ways ways) throws SQLException {
    return beside(() -> ways.bring(2), table.rows() * 2 + 1);
  }

  private Latencies beside(Work work, long firstId) throws SQLException {
    MigrationConfig config =
        MigrationConfig.builder("benchmark")
            .delivery(Delivery.SYNC)
            .secondary(SecondarySettings.defaults().withTimeout(Duration.ofSeconds(30)))
            .build();
    try (DualWriteDataSource dual =
        DualWriteDataSource.builder()
            .source(server(table.servers().source()))
            .target(server(table.servers().target()))
            .config(config)
            .build()) {
      AtomicBoolean stop = new AtomicBoolean();
      CompletableFuture<Latencies> writer =
          CompletableFuture.supplyAsync(() -> write(dual, firstId, stop));
      work.run();
      stop.set(true);
      return writer.join();
    }
  }

  private Latencies write(DualWriteDataSource dual, long firstId, AtomicBoolean stop) {
    Latencies waits = new Latencies();
    try (Connection connection = dual.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                "insert into metrics values (?, 'new', clock_timestamp(), 1, 1, 1, null, null)");
        PreparedStatement update =
            connection.prepareStatement("update metrics set status = 9 where id = ?")) {
      for (long n = 0; !stop.get(); n++) {
        insert.setLong(1, firstId + n);
        waits.add(timed(insert));
        update.setLong(1, 1 + n * 7919 % table.rows());
        waits.add(timed(update));
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return waits;
  }

  private static long timed(PreparedStatement statement) throws SQLException {
    long began = System.nanoTime();
    statement.executeUpdate();
    return System.nanoTime() - began;
  }

  private static javax.sql.DataSource server(PostgresServer server) {
    return server.dataSource(HistoryTable.DATABASE);
  }
}
