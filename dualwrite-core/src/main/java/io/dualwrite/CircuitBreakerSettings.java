package io.dualwrite;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;

/**
 * When a failing secondary is left alone for a while.
 *
 * @param failureRateThreshold percentage of failures among the last calls from which on it is left
 *     alone, above 0 and at most 100
 * @param slidingWindowSize how many last calls are looked at, 1 to 100,000
 * @param waitDurationInOpenState how long it is left alone before calls are tried again
 */
public record CircuitBreakerSettings(
    double failureRateThreshold, int slidingWindowSize, Duration waitDurationInOpenState) {

  private static final String PREFIX = "secondary.circuit-breaker.";
  private static final int MOST_TRIAL_CALLS = 10;

  /** Checks the values. */
  public CircuitBreakerSettings {
    if (!(failureRateThreshold > 0 && failureRateThreshold <= 100)) {
      throw new IllegalArgumentException(
          PREFIX
              + "failure-rate-threshold must be above 0 and at most 100, was "
              + Settings.print(failureRateThreshold));
    }
    Settings.between(PREFIX + "sliding-window-size", 1, 100_000, slidingWindowSize);
    Settings.positive(PREFIX + "wait-duration-in-open-state", waitDurationInOpenState);
  }

  /** 50 % of the last 100 calls, 10 seconds. */
  public static CircuitBreakerSettings defaults() {
    return new CircuitBreakerSettings(50, 100, Duration.ofSeconds(10));
  }

  /**
   * A closed circuit breaker with these settings. It judges from the tenth call on (or from a full
   * window, if that is smaller) and lets a tenth of the window, at most 10 calls, through on trial.
   */
  public CircuitBreaker newBreaker(String name) {
    return CircuitBreaker.of(
        name,
        CircuitBreakerConfig.custom()
            .failureRateThreshold((float) failureRateThreshold)
            .slidingWindowSize(slidingWindowSize)
            .minimumNumberOfCalls(Math.min(MOST_TRIAL_CALLS, slidingWindowSize))
            .permittedNumberOfCallsInHalfOpenState(
                Math.max(1, Math.min(MOST_TRIAL_CALLS, slidingWindowSize / 10)))
            .waitDurationInOpenState(waitDurationInOpenState)
            .automaticTransitionFromOpenToHalfOpenEnabled(true)
            .build());
  }
}
