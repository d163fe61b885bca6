package io.dualwrite;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The way to the store that follows: bounded, in order per key, with a time limit, a circuit
 * breaker and retries.
 */
final class SecondaryStore implements AutoCloseable {
  private final Duration limit;
  private final CircuitBreaker breaker;
  private final Retry retry;
  private final KeyedExecutor executor;
  private final ScheduledThreadPoolExecutor clock;

  SecondaryStore(
      String name, SecondarySettings settings, RetrySettings retrying, int threads, int room) {
    limit = settings.timeout();
    breaker = settings.circuitBreaker().newBreaker(name);
    retry =
        Retry.of(
            name,
            RetryConfig.custom()
                .maxAttempts(retrying.maxAttempts())
                .intervalFunction(retrying.delays())
                .retryOnException(failure -> !(failure instanceof InterruptedException))
                .build());
    executor = new KeyedExecutor("dualwrite-" + name, threads, room, limit);
    clock =
        new ScheduledThreadPoolExecutor(
            1,
            new ThreadFactoryBuilder()
                .setNameFormat("dualwrite-" + name + "-limit")
                .setDaemon(true)
                .build());
    clock.setRemoveOnCancelPolicy(true);
  }

  Duration limit() {
    return limit;
  }

  CircuitBreaker breaker() {
    return breaker;
  }

  ScheduledThreadPoolExecutor clock() {
    return clock;
  }

  /**
   * Takes the circuit breaker's permission for one attempt; it must be used or {@linkplain
   * #giveBack given back}.
   */
  boolean admits() {
    return breaker.tryAcquirePermission();
  }

  /** Gives back a permission that is not used. */
  void giveBack() {
    breaker.releasePermission();
  }

  /** Whether the secondary is left alone at the moment. */
  boolean isLeftAlone() {
    return breaker.getState() == CircuitBreaker.State.OPEN
        || breaker.getState() == CircuitBreaker.State.FORCED_OPEN;
  }

  /**
   * Has {@code work} run in the order of its key, with a permission that was taken before. Does not
   * wait.
   */
  Attempt start(Object key, Callable<?> work, BooleanSupplier wanted, Attempt.Observer observer) {
    Callable<?> retried =
        retry.getRetryConfig().getMaxAttempts() == 1 ? work : Retry.decorateCallable(retry, work);
    Attempt attempt = attempt(retried, wanted, observer);
    if (!executor.offer(key, attempt)) {
      attempt.refuse(FailureReason.OVERLOADED);
    }
    return attempt;
  }

  /**
   * An attempt, with a permission that was taken before, for the caller to run on a thread of
   * {@link #inOrder}.
   */
  Attempt attempt(Callable<?> work, BooleanSupplier wanted, Attempt.Observer observer) {
    return new Attempt(work, wanted, limit, clock, new Judge(observer));
  }

  /** Has a task of any kind run in the order of its key; false if there is no room. */
  boolean inOrder(Object key, KeyedExecutor.Task task) {
    return executor.offer(key, task);
  }

  @Override
  public void close() {
    executor.close();
    clock.shutdownNow();
  }

  /** Tells the circuit breaker. */
  private final class Judge implements Attempt.Observer {
    private final Attempt.Observer next;
    private final long started = System.nanoTime();

    Judge(Attempt.Observer next) {
      this.next = next;
    }

    @Override
    public void decided(Verdict verdict) {
      long nanos = System.nanoTime() - started;
      if (verdict.isSuccess()) {
        breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
      } else if (verdict.requireReason().isSecondarysFault()) {
        Throwable cause = verdict.cause();
        breaker.onError(
            nanos, TimeUnit.NANOSECONDS, cause == null ? new SecondaryTimeout(limit) : cause);
      } else {
        breaker.releasePermission();
      }
      next.decided(verdict);
    }

    @Override
    public void ended(boolean succeeded) {
      next.ended(succeeded);
    }
  }

  /** What the circuit breaker's listeners see of a call that took too long. */
  private static final class SecondaryTimeout extends Exception {
    private static final long serialVersionUID = 1L;

    SecondaryTimeout(Duration limit) {
      super("no answer within " + limit);
    }
  }
}
