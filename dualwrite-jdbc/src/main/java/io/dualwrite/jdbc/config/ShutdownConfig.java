package io.dualwrite.jdbc.config;

import io.dualwrite.Durations;
import java.time.Duration;

/**
 * How an application leaves that is stopped in order.
 *
 * @param drainTimeout the longest wait for what is in the journal to be delivered; zero to leave at
 *     once. What is left stays in the journal for the next instance
 */
public record ShutdownConfig(Duration drainTimeout) {
  private static final Duration LONGEST = Duration.ofHours(1);

  /** At most five seconds. */
  public static final ShutdownConfig DEFAULT = new ShutdownConfig(Duration.ofSeconds(5));

  public ShutdownConfig {
    Check.that(
        !drainTimeout.isNegative() && drainTimeout.compareTo(LONGEST) <= 0,
        "shutdown.drain-timeout must be between 0ms and 1h, was " + Durations.print(drainTimeout));
  }
}
