package io.dualwrite.jdbc.config;

import java.time.Duration;

/**
 * When the secondary counts as down.
 *
 * @param failureRateThreshold percent of failed calls in the window that open the breaker, 1 to 100
 * @param slidingWindowSize the number of last calls looked at
 * @param waitDurationInOpenState how long it stays open before a trial call
 */
public record BreakerConfig(
    int failureRateThreshold, int slidingWindowSize, Duration waitDurationInOpenState) {

  /** 50 percent of the last 100 calls; ten seconds. */
  public static final BreakerConfig DEFAULT = new BreakerConfig(50, 100, Duration.ofSeconds(10));

  public BreakerConfig {
    Check.between("secondary.circuit-breaker.failure-rate-threshold", 1, 100, failureRateThreshold);
    Check.between("secondary.circuit-breaker.sliding-window-size", 1, 100_000, slidingWindowSize);
    Check.positive(
        "secondary.circuit-breaker.wait-duration-in-open-state", waitDurationInOpenState);
  }
}
