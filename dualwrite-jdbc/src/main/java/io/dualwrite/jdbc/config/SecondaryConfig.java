package io.dualwrite.jdbc.config;

import java.time.Duration;

/**
 * How long the secondary is waited for, and when it is left alone.
 *
 * @param timeout the longest wait for one operation on the secondary
 * @param breaker when the secondary counts as down
 */
public record SecondaryConfig(Duration timeout, BreakerConfig breaker) {

  /** Two seconds, and the default circuit breaker. */
  public static final SecondaryConfig DEFAULT =
      new SecondaryConfig(Duration.ofSeconds(2), BreakerConfig.DEFAULT);

  public SecondaryConfig {
    Check.that(
        timeout.compareTo(Duration.ofMillis(250)) >= 0
            && timeout.compareTo(Duration.ofHours(1)) <= 0,
        "secondary.timeout must be between 250ms and 1h, was " + Durations.print(timeout));
  }
}
