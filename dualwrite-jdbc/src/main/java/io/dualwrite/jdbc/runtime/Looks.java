package io.dualwrite.jdbc.runtime;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the schema that statements wait for: one at a time, each for all that asked before it
 * began. Safe for use by many threads. Times are those of {@link System#nanoTime}.
 */
final class Looks {
  private final ExecutorService executor;
  private final BooleanSupplier reading;
  private @Nullable Look underWay;
  private @Nullable Look next;

  /**
   * @param reading reads the schema and says whether it could be read; throws nothing
   */
  Looks(ExecutorService executor, BooleanSupplier reading) {
    this.executor = executor;
    this.reading = reading;
  }

  /** One look. */
  static final class Look {
    private final long askedAt = System.nanoTime();
    private final CountDownLatch done = new CountDownLatch(1);
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile boolean begun;
    private volatile long begunAt;
    private volatile boolean succeeded;

    private Look() {}

    /**
     * Waits for its end until the deadline, and no longer than patience after it was asked for:
     * what hangs is not waited for again and again.
     */
    boolean endsBy(long deadline, long patience) throws InterruptedException {
      long now = System.nanoTime();
      long nanos = Math.min(deadline - now, askedAt + patience - now);
      return done.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Of one that has ended: whether the schema could be read. */
    boolean succeeded() {
      return succeeded;
    }

    /** Whether it sees all that was committed by then. */
    boolean sees(long time) {
      return !begun || begunAt - time >= 0;
    }

    /** True for the first that asks. */
    boolean tell() {
      return !told.getAndSet(true);
    }
  }

  /** The look that is under way, which may have begun a while ago; else a new one. */
  synchronized Look underWay() {
    if (underWay == null) {
      Look look = new Look();
      underWay = look;
      begin(look);
      return look;
    }
    return underWay;
  }

  /** One that sees all that was committed by then. */
  synchronized Look seeing(long time) {
    Look look = underWay();
    if (look.sees(time)) {
      return look;
    }
    if (next == null) {
      next = new Look();
    }
    return next;
  }

  private void begin(Look look) {
    try {
      executor.execute(() -> run(look));
    } catch (RejectedExecutionException e) {
      // All has ended: nobody is to wait for what will not come.
      end(look);
    }
  }

  private void run(Look look) {
    look.begunAt = System.nanoTime();
    look.begun = true;
    try {
      look.succeeded = reading.getAsBoolean();
    } finally {
      end(look);
    }
  }

  private synchronized void end(Look look) {
    look.done.countDown();
    underWay = next;
    next = null;
    if (underWay != null) {
      begin(underWay);
    }
  }
}
