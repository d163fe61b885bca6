package io.dualwrite.reconciler.compare;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of one run: as many tasks at once as asked for, each of which may read both sides at
 * once.
 */
public final class Workers implements AutoCloseable {
  private final ExecutorService tasks;
  private final ExecutorService reads;

  /** So many tasks at once. */
  public Workers(int parallelism) {
    this.tasks = Executors.newFixedThreadPool(parallelism, named("reconciler-"));
    this.reads = Executors.newFixedThreadPool(parallelism, named("reconciler-target-"));
  }

  /** Runs the second read of a task, beside its own. */
  public Executor reads() {
    return reads;
  }

  /**
   * Runs all tasks and waits for them; the first exception ends the wait, and the other tasks.
   *
   * @throws IllegalStateException if the calling thread is interrupted
   */
  public void runAll(List<Runnable> all) {
    List<Future<?>> futures = all.stream().<Future<?>>map(tasks::submit).toList();
    try {
      for (Future<?> future : futures) {
        future.get();
      }
    } catch (ExecutionException e) {
      futures.forEach(f -> f.cancel(true));
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      futures.forEach(f -> f.cancel(true));
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static ThreadFactory named(String prefix) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, prefix + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  @Override
  public void close() {
    tasks.shutdownNow();
    reads.shutdownNow();
  }
}
