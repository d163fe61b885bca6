package io.dualwrite;

import java.time.Duration;

/**
 * How long and how often the secondary is tried.
 *
 * @param timeout how long one write may take, and the longest that the application waits for it
 * @param circuitBreaker when it is left alone for a while
 */
public record SecondarySettings(Duration timeout, CircuitBreakerSettings circuitBreaker) {

  /** Checks the values. */
  public SecondarySettings {
    Settings.positive("secondary.timeout", timeout);
  }

  /** Two seconds, and the breaker's own defaults. */
  public static SecondarySettings defaults() {
    return new SecondarySettings(Duration.ofSeconds(2), CircuitBreakerSettings.defaults());
  }

  /** The same with another time limit. */
  public SecondarySettings withTimeout(Duration timeout) {
    return new SecondarySettings(timeout, circuitBreaker);
  }

  /** The same with another circuit breaker. */
  public SecondarySettings withCircuitBreaker(CircuitBreakerSettings circuitBreaker) {
    return new SecondarySettings(timeout, circuitBreaker);
  }
}
