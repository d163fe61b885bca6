package io.dualwrite.benchmarks.reconcile;

import io.dualwrite.benchmarks.system.CpuUse;
import io.dualwrite.benchmarks.system.Servers;
import io.dualwrite.testing.PostgresServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.postgresql.PGConnection;

/** The servers' own ways of reading a whole table, on both sides at once. */
record Yardsticks(Servers servers, MetricsTable table) {
  private static final double MICROS = 1e6;

  private interface Read {
    void from(Connection connection) throws SQLException;
  }

  /** Rows are counted by a sequential scan, so many times on end. */
  Cost count(int times) throws SQLException {
    return cost(
        times,
        connection -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute("set max_parallel_workers_per_gather = 0");
            statement.execute("set enable_indexonlyscan = off");
            statement.execute("set enable_indexscan = off");
            statement.execute("set enable_bitmapscan = off");
            for (int i = 0; i < times; i++) {
              statement.executeQuery("select count(*) from metrics").close();
            }
          }
        });
  }

  /** All rows are sent to the client, which throws them away. */
  Cost copy() throws SQLException {
    return cost(
        1,
        connection -> {
          try {
            connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("copy metrics to stdout (format binary)", OutputStream.nullOutputStream());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private Cost cost(int times, Read read) throws SQLException {
    CpuUse cpu = CpuUse.of(servers);
    CpuUse.Spent before = cpu.now();
    long began = System.nanoTime();
    CompletableFuture<Void> target = CompletableFuture.runAsync(() -> read(servers.target(), read));
    read(servers.source(), read);
    target.join();
    double wall = (System.nanoTime() - began) / 1e9;
    CpuUse.Spent spent = cpu.now().since(before, 1);
    return new Cost(
        wall / times,
        (spent.source() + spent.target()) / MICROS / times,
        spent.jvm() / MICROS / times);
  }

  private void read(PostgresServer server, Read read) {
    try (Connection connection = server.dataSource(table.database()).getConnection()) {
      read.from(connection);
    } catch (SQLException e) {
      throw new CompletionException(e);
    }
  }
}
