package io.dualwrite.jdbc;

import io.dualwrite.testing.TestDatabases;
import java.util.concurrent.FutureTask;

/**
 * How long this machine takes at its worst, while something is measured, for a new session with
 * each of the servers: what is told apart from the time that is the product's.
 */
final class RoundTrips implements AutoCloseable {
  private final FutureTask<Double> worst;
  private volatile boolean going = true;

  RoundTrips(TestDatabases dbs) {
    worst =
        new FutureTask<>(
            () -> {
              long most = 0;
              while (going) {
                long start = System.nanoTime();
                dbs.queryValue(dbs.source(), "SELECT 1");
                dbs.queryValue(dbs.target(), "SELECT 1");
                most = Math.max(most, System.nanoTime() - start);
              }
              return most / 1e9;
            });
    new Thread(worst, "round-trips").start();
  }

  /** In seconds, until now. */
  double worst() throws Exception {
    going = false;
    return worst.get();
  }

  @Override
  public void close() {
    going = false;
  }
}
