package io.dualwrite.jdbc.delivery;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A try at the secondary that the circuit breaker has permitted. It is told once what came of it,
 * or else gets the permission back: a half-open breaker has few to give, and waits for what comes
 * of each. Used by one thread.
 */
final class Permit implements AutoCloseable {
  private final CircuitBreaker breaker;
  private final long start = System.nanoTime();
  private boolean used;

  private Permit(CircuitBreaker breaker) {
    this.breaker = breaker;
  }

  /** None if the secondary is not to be tried now. */
  static Optional<Permit> of(CircuitBreaker breaker) {
    return breaker.tryAcquirePermission() ? Optional.of(new Permit(breaker)) : Optional.empty();
  }

  /** The secondary did what it is for, whatever it was asked for. */
  void succeeded() {
    used = true;
    breaker.onSuccess(System.nanoTime() - start, TimeUnit.NANOSECONDS);
  }

  /** The secondary failed. */
  void failed(Exception failure) {
    used = true;
    breaker.onError(System.nanoTime() - start, TimeUnit.NANOSECONDS, failure);
  }

  /** Gives back what was not used: the try was cut off, or failed for reasons of its own. */
  @Override
  public void close() {
    if (!used) {
      used = true;
      breaker.releasePermission();
    }
  }
}
