package io.dualwrite.benchmarks.system;

import io.dualwrite.jdbc.delivery.DeliveryProbe;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A long outage of the target, and how soon what was written in it has arrived, while the
 * application goes on writing.
 *
 * @param outage how long the target's server was gone, seconds
 * @param before transactions per second while it was gone
 * @param during transactions per second while delivery caught up
 * @param entries in the journal when the server was back
 * @param caughtUp seconds from its return until all that was journaled before that had arrived;
 *     infinite where that took longer than the outage twice
 */
record CatchUp(double outage, double before, double during, long entries, double caughtUp) {
  private static final Variant VARIANT = Variant.RECOVER_ASYNC;
  private static final Duration WELL = Duration.ofSeconds(1);
  private static final Duration SLICE = Duration.ofMillis(500);
  private static final long POLL_NANOS = 100_000_000;

  static CatchUp measure(
      Servers servers, Workload workload, int threads, AtomicLong ids, Duration outage)
      throws SQLException, InterruptedException {
    ExecutorService traffic = Executors.newSingleThreadExecutor();
    try (Store store = VARIANT.open(servers, DeliveryProbe.NONE);
        Connection source = servers.source().dataSource(VARIANT.database()).getConnection()) {
      Load load = new Load(store, workload, threads, ids);
      load.run(WELL);
      double before;
      servers.target().kill();
      try {
        before = load.run(outage).perSecond();
      } finally {
        servers.target().restart();
      }
      long entries = entries(source);
      Timestamp back = now(source);
      CompletableFuture<Boolean> stop = new CompletableFuture<>();
      CompletableFuture<Double> during =
          CompletableFuture.supplyAsync(() -> goOn(load, stop), traffic);
      double caughtUp = caughtUp(source, back, outage.multipliedBy(2));
      stop.complete(true);
      return new CatchUp(outage.toMillis() / 1e3, before, during.get(), entries, caughtUp);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the traffic stopped", e.getCause());
    } finally {
      traffic.shutdownNow();
    }
  }

  private static double goOn(Load load, CompletableFuture<Boolean> stop) {
    long count = 0;
    double seconds = 0;
    try {
      do {
        Load.Outcome slice = load.run(SLICE);
        count += slice.latencies().count();
        seconds += slice.seconds();
      } while (!stop.isDone());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return count / seconds;
  }

  private static double caughtUp(Connection source, Timestamp back, Duration patience)
      throws SQLException {
    Array tables = tables(source);
    long began = System.nanoTime();
    while (isLeft(source, tables, back)) {
      if (System.nanoTime() - began > patience.toNanos()) {
        return Double.POSITIVE_INFINITY;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return (System.nanoTime() - began) / 1e9;
  }

  private static boolean isLeft(Connection source, Array tables, Timestamp back)
      throws SQLException {
    try (PreparedStatement look =
        source.prepareStatement(
            "SELECT EXISTS (SELECT FROM dualwrite.journal WHERE table_name = ANY (?) AND at < ?)")) {
      look.setArray(1, tables);
      look.setTimestamp(2, back);
      try (ResultSet row = look.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  private static Array tables(Connection source) throws SQLException {
    try (Statement statement = source.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT array_agg(DISTINCT table_name) FROM dualwrite.journal")) {
      row.next();
      return row.getArray(1);
    }
  }

  private static long entries(Connection source) throws SQLException {
    try (Statement statement = source.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM dualwrite.journal")) {
      row.next();
      return row.getLong(1);
    }
  }

  private static Timestamp now(Connection source) throws SQLException {
    try (Statement statement = source.createStatement();
        ResultSet row = statement.executeQuery("SELECT clock_timestamp()")) {
      row.next();
      return row.getTimestamp(1);
    }
  }
}
