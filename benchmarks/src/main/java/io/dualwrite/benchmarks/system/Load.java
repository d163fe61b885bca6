package io.dualwrite.benchmarks.system;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An application under full load: each thread begins the next transaction when the last one is
 * answered.
 */
final class Load {
  /** The names of the application's threads begin so. */
  static final String THREADS = "application-";

  private final Store store;
  private final Workload workload;
  private final int threads;
  private final AtomicLong ids;

  Load(Store store, Workload workload, int threads, AtomicLong ids) {
    this.store = store;
    this.workload = workload;
    this.threads = threads;
    this.ids = ids;
  }

  /**
   * What the application saw.
   *
   * @param latencies of the transactions that succeeded
   * @param failures transactions that failed
   * @param failure the first of them
   * @param seconds how long it lasted
   */
  record Outcome(
      Latencies latencies, long failures, @Nullable SQLException failure, double seconds) {
    double perSecond() {
      return latencies.count() / seconds;
    }
  }

  Outcome run(Duration duration) throws InterruptedException {
    AtomicLong number = new AtomicLong();
    ExecutorService executor =
        Executors.newFixedThreadPool(
            threads, task -> new Thread(task, THREADS + number.incrementAndGet()));
    try {
      CountDownLatch start = new CountDownLatch(1);
      List<Future<Outcome>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Callable<Outcome> application =
            () -> {
              start.await();
              return write(duration);
            };
        running.add(executor.submit(application));
      }
      long began = System.nanoTime();
      start.countDown();
      Latencies latencies = new Latencies();
      long failures = 0;
      SQLException failure = null;
      for (Future<Outcome> each : running) {
        Outcome outcome = result(each);
        latencies.addAll(outcome.latencies());
        failures += outcome.failures();
        failure = failure == null ? outcome.failure() : failure;
      }
      return new Outcome(latencies, failures, failure, (System.nanoTime() - began) / 1e9);
    } finally {
      executor.shutdownNow();
    }
  }

  private static Outcome result(Future<Outcome> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the load stopped", e.getCause());
    }
  }

  private Outcome write(Duration duration) {
    Latencies latencies = new Latencies();
    long failures = 0;
    SQLException failure = null;
    long began = System.nanoTime();
    long now = began;
    while (now - began < duration.toNanos()) {
      try {
        store.write(workload, ids.incrementAndGet());
        long answered = System.nanoTime();
        latencies.add(answered - now);
        now = answered;
      } catch (SQLException e) {
        failures++;
        failure = failure == null ? e : failure;
        now = System.nanoTime();
      }
    }
    return new Outcome(latencies, failures, failure, 0);
  }
}
