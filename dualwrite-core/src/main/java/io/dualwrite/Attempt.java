package io.dualwrite;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One call with a time limit. Its verdict is known when it ends, or when the limit has passed; the
 * call itself may go on after that, for a thread can be interrupted but not stopped, and only its
 * end tells what it did last.
 */
final class Attempt implements KeyedExecutor.Task {

  /**
   * What becomes of an attempt. Each method is called once, on whichever thread brings it about.
   */
  interface Observer {
    /** It has come to this, or is given up. */
    void decided(Verdict verdict);

    /** It is over: nothing of it runs any more, or ever will. Called after {@link #decided}. */
    void ended(boolean succeeded);
  }

  private final Callable<?> work;
  private final BooleanSupplier wanted;
  private final Duration limit;
  private final ScheduledExecutorService clock;
  private final Observer observer;
  private final CompletableFuture<Verdict> verdict = new CompletableFuture<>();
  private final Object deciding = new Object();
  // Guarded by this.
  private @Nullable Thread runner;
  private boolean claimed;

  /**
   * An attempt not yet begun.
   *
   * @param wanted asked right before it would begin; if not, it ends with {@link
   *     FailureReason#KILL_SWITCH}
   * @param limit how long it may run
   */
  Attempt(
      Callable<?> work,
      BooleanSupplier wanted,
      Duration limit,
      ScheduledExecutorService clock,
      Observer observer) {
    this.work = work;
    this.wanted = wanted;
    this.limit = limit;
    this.clock = clock;
    this.observer = observer;
  }

  @Override
  public void run() {
    if (!claim()) {
      return;
    }
    if (!wanted.getAsBoolean()) {
      end(Verdict.of(FailureReason.KILL_SWITCH));
      return;
    }
    enter();
    ScheduledFuture<?> overdue =
        clock.schedule(() -> giveUp(FailureReason.TIMEOUT), limit.toNanos(), TimeUnit.NANOSECONDS);
    Verdict result = call();
    overdue.cancel(false);
    leave();
    end(result);
  }

  /** Ends it without its having begun. */
  void refuse(FailureReason reason) {
    if (claim()) {
      end(Verdict.of(reason));
    }
  }

  @Override
  public void refused() {
    refuse(FailureReason.CLOSED);
  }

  /**
   * The verdict; after {@code limit} without one, and when interrupted, the attempt is given up.
   * Keeps the interrupt.
   */
  Verdict await(Duration limit) {
    try {
      return verdict.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return giveUp(FailureReason.TIMEOUT);
    } catch (InterruptedException e) {
      Verdict given = giveUp(FailureReason.INTERRUPTED);
      Thread.currentThread().interrupt();
      return given;
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  /** As {@link #await}, but an interrupt only ends the waiting. */
  void watch(Duration limit) {
    try {
      verdict.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      giveUp(FailureReason.TIMEOUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  private Verdict giveUp(FailureReason reason) {
    decide(Verdict.of(reason));
    if (claim()) {
      observer.ended(false);
    } else {
      synchronized (this) {
        if (runner != null) {
          runner.interrupt();
        }
      }
    }
    return verdict.join();
  }

  private Verdict call() {
    try {
      work.call();
      return Verdict.SUCCESS;
    } catch (Throwable failure) {
      // Also errors: whatever the secondary's code throws, it must not end the thread that others
      // share.
      return Verdict.error(failure);
    }
  }

  private void end(Verdict result) {
    decide(result);
    observer.ended(result.isSuccess());
  }

  private void decide(Verdict result) {
    // The observer comes first, so that whoever waits for the verdict sees what it did.
    synchronized (deciding) {
      if (verdict.isDone()) {
        return;
      }
      observer.decided(result);
      verdict.complete(result);
    }
  }

  private synchronized boolean claim() {
    boolean first = !claimed;
    claimed = true;
    return first;
  }

  private synchronized void enter() {
    runner = Thread.currentThread();
  }

  private synchronized void leave() {
    runner = null;
    // An interrupt was meant for this attempt, not for the thread's next one.
    Thread.interrupted();
  }
}
