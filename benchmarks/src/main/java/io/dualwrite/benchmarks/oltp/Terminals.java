package io.dualwrite.benchmarks.oltp;

import io.dualwrite.benchmarks.system.Latencies;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Connections that run transactions under {@code SERIALIZABLE}, each one after the other. What is
 * aborted for its isolation is rolled back and counted, and the next transaction begins.
 */
final class Terminals implements AutoCloseable {
  private static final String SERIALIZATION_FAILURE = "40001";
  private static final String DEADLOCK = "40P01";

  private final OltpWorkload workload;
  private final List<Connection> connections = new ArrayList<>();
  private final List<SplittableRandom> randoms = new ArrayList<>();

  /** Opens a connection. */
  interface Opening {
    Connection open() throws SQLException;
  }

  Terminals(OltpWorkload workload, int number, long seed, Opening opening) throws SQLException {
    this.workload = workload;
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < number; i++) {
      Connection connection = opening.open();
      connections.add(connection);
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      randoms.add(random.split());
    }
  }

  /** What the terminals did together. */
  static final class Done {
    final Latencies committed = new Latencies();
    long aborted;
    long failed;
    @Nullable SQLException failure;
    double seconds;

    private void add(Done other) {
      committed.addAll(other.committed);
      aborted += other.aborted;
      failed += other.failed;
      failure = failure == null ? other.failure : failure;
    }
  }

  Done run(double seconds) throws InterruptedException {
    ExecutorService executor = Executors.newFixedThreadPool(connections.size());
    try {
      long began = System.nanoTime();
      List<Future<Done>> running = new ArrayList<>();
      for (int i = 0; i < connections.size(); i++) {
        Connection connection = connections.get(i);
        SplittableRandom random = randoms.get(i);
        int terminal = i;
        running.add(
            executor.submit(() -> run(connection, terminal, random, (long) (seconds * 1e9))));
      }
      Done all = new Done();
      for (Future<Done> each : running) {
        all.add(each.get());
      }
      all.seconds = (System.nanoTime() - began) / 1e9;
      return all;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a terminal stopped", e.getCause());
    } finally {
      executor.shutdownNow();
    }
  }

  private Done run(Connection connection, int terminal, SplittableRandom random, long nanos)
      throws SQLException {
    Done done = new Done();
    long began = System.nanoTime();
    long now = began;
    while (now - began < nanos) {
      try {
        workload.run(connection, terminal, random);
        connection.commit();
        done.committed.add(System.nanoTime() - now);
      } catch (SQLException e) {
        connection.rollback();
        if (SERIALIZATION_FAILURE.equals(e.getSQLState()) || DEADLOCK.equals(e.getSQLState())) {
          done.aborted++;
        } else {
          done.failed++;
          done.failure = done.failure == null ? e : done.failure;
        }
      }
      now = System.nanoTime();
    }
    return done;
  }

  @Override
  public void close() throws SQLException {
    for (Connection connection : connections) {
      connection.close();
    }
  }
}
