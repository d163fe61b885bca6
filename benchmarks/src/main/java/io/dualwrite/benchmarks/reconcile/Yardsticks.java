package io.dualwrite.benchmarks.reconcile;

import io.dualwrite.Side;
import io.dualwrite.benchmarks.system.CpuUse;
import io.dualwrite.benchmarks.system.Servers;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.schema.Mirror;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.checksum.ComparedTable;
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

  /** All rows are hashed by that form in one query over a sequential scan. */
  Cost checksum(Checksum form) throws SQLException {
    ComparedTable compared = new ComparedTable(pair(), form, Side.SOURCE);
    return cost(
        1,
        connection -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute("set jit = off");
            statement.execute("set enable_indexscan = off");
            statement
                .executeQuery(
                    "select count(*), sum(h # (h >> 29)), sum(h # (h << 17)) from (select "
                        + compared.rowHash(Side.SOURCE)
                        + " as h from metrics offset 0) r")
                .close();
          }
        });
  }

  private TablePair pair() throws SQLException {
    try (Connection source = servers.source().dataSource(table.database()).getConnection();
        Connection target = servers.target().dataSource(table.database()).getConnection()) {
      return Mirror.of(
              Catalog.read(source, "dualwrite"),
              Catalog.read(target, "dualwrite"),
              MigrationConfig.builder("benchmark").build())
          .tables()
          .get(0);
    }
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
