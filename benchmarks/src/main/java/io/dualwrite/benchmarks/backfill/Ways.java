package io.dualwrite.benchmarks.backfill;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.Reconciler;
import io.dualwrite.reconciler.backfill.Backfill;
import io.dualwrite.reconciler.backfill.BackfillOptions;
import io.dualwrite.reconciler.backfill.BackfillOptions.End;
import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.testing.PostgresServer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;

/**
 * Ways in which the history comes over. Each gives the seconds that it took.
 *
 * @param table the history
 */
record Ways(HistoryTable table) {
  private static final int CHUNK = 65_536;

  /** One {@code COPY} piped into another: the least that the servers can do it with. */
  double pipe() throws SQLException {
    long began = System.nanoTime();
    try (Connection source = connect(table.servers().source());
        Connection target = connect(table.servers().target())) {
      CopyOut out =
          source
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyOut("copy (select * from metrics order by ts) to stdout (format binary)");
      CopyIn in =
          target
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyIn("copy metrics from stdin (format binary)");
      byte[] chunk = new byte[CHUNK];
      int filled = 0;
      for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
        if (filled + row.length > CHUNK) {
          in.writeToCopy(chunk, 0, filled);
          filled = 0;
        }
        System.arraycopy(row, 0, chunk, filled, row.length);
        filled += row.length;
      }
      in.writeToCopy(chunk, 0, filled);
      in.endCopy();
    }
    return seconds(began);
  }

  /** The same into a table without any index, which are built behind it. */
  double pipeThenIndexes() throws SQLException {
    table.withoutPrimaryKey();
    double copied = pipe();
    long began = System.nanoTime();
    table.addPrimaryKey();
    table.index();
    return copied + seconds(began);
  }

  /** {@code pg_dump | psql} of the table; both must be of the server's version or newer. */
  double dump() throws SQLException, IOException, InterruptedException {
    table.drop();
    long began = System.nanoTime();
    PostgresServer source = table.servers().source();
    PostgresServer target = table.servers().target();
    String command =
        "pg_dump -t metrics --no-owner "
            + url(source)
            + " | psql -q -v ON_ERROR_STOP=1 "
            + url(target)
            + " > /dev/null";
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", "set -e; " + command).inheritIO();
    builder.environment().putAll(Map.of("PGPASSWORD", source.password()));
    Process process = builder.start();
    if (!process.waitFor(30, TimeUnit.MINUTES) || process.exitValue() != 0) {
      throw new IOException("pg_dump | psql failed");
    }
    return seconds(began);
  }

  /** The reconciler's backfill, which must bring every row. */
  double backfill(int workers, boolean deferIndexes) {
    return backfill(workers, deferIndexes, true);
  }

  /** The same while others write. */
  void bring(int workers) {
    backfill(workers, false, false);
  }

  private double backfill(int workers, boolean deferIndexes, boolean alone) {
    MigrationConfig config = MigrationConfig.builder("benchmark").build();
    try (var source = pool(table.servers().source());
        var target = pool(table.servers().target())) {
      Reconciler reconciler = new Reconciler(config, source, target);
      reconciler.init();
      long began = System.nanoTime();
      Backfill backfill =
          reconciler.backfill(
              BackfillOptions.of(config.reconciler())
                  .end(End.NONE)
                  .parallelism(workers)
                  .deferIndexes(deferIndexes),
              BackfillProgress.NONE);
      if (!backfill.complete() || (alone && backfill.copied() != table.rows())) {
        throw new IllegalStateException("not all rows came over: " + backfill);
      }
      return seconds(began);
    }
  }

  private static com.zaxxer.hikari.HikariDataSource pool(PostgresServer server) {
    com.zaxxer.hikari.HikariDataSource pool = new com.zaxxer.hikari.HikariDataSource();
    pool.setJdbcUrl(server.jdbcUrl(HistoryTable.DATABASE));
    pool.setUsername(server.username());
    pool.setPassword(server.password());
    return pool;
  }

  private static String url(PostgresServer server) {
    return "-h "
        + server.host()
        + " -p "
        + server.port()
        + " -U "
        + server.username()
        + " "
        + HistoryTable.DATABASE;
  }

  private static Connection connect(PostgresServer server) throws SQLException {
    return server.dataSource(HistoryTable.DATABASE).getConnection();
  }

  private static double seconds(long began) {
    return (System.nanoTime() - began) / 1e9;
  }
}
