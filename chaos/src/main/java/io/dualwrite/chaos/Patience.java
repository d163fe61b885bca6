package io.dualwrite.chaos;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waiting for what must come. */
public final class Patience {
  private static final Duration BETWEEN = Duration.ofMillis(25);

  private Patience() {}

  /**
   * Waits until it holds; how long that took.
   *
   * @throws ChaosFailure naming what was waited for, if the time is over before
   */
  public static Duration until(String what, Duration limit, Callable<Boolean> holds) {
    long started = System.nanoTime();
    Exception last = null;
    while (System.nanoTime() - started < limit.toNanos()) {
      try {
        if (holds.call()) {
          return Duration.ofNanos(System.nanoTime() - started);
        }
        last = null;
      } catch (Exception e) {
        // Somebody may just be making it go wrong; the last failure tells if it stays so.
        last = e;
      }
      LockSupport.parkNanos(BETWEEN.toNanos());
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        throw new ChaosFailure("interrupted while waiting for " + what, last);
      }
    }
    throw new ChaosFailure("not within " + limit.toSeconds() + " s: " + what, last);
  }

  /** Does something that may fail for a while. */
  public static void insist(String what, Duration limit, Attempt attempt) {
    until(
        what,
        limit,
        () -> {
          attempt.make();
          return true;
        });
  }

  /** Something that may fail. */
  @FunctionalInterface
  public interface Attempt {
    void make() throws Exception;
  }
}
