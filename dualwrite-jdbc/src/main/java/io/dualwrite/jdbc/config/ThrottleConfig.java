package io.dualwrite.jdbc.config;

import io.dualwrite.Durations;
import java.time.Duration;
import java.util.Optional;

/**
 * When delivery makes room for the application: while it catches up with a backlog and the
 * application's own writes take longer than this on the primary.
 *
 * @param on whether it ever does
 * @param primaryLatency what a write may take; empty: five times what it takes while there is no
 *     backlog, 20 ms at least
 */
public record ThrottleConfig(boolean on, Optional<Duration> primaryLatency) {
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** By what writes take without a backlog. */
  public static final ThrottleConfig AUTO = new ThrottleConfig(true, Optional.empty());

  /** Never. */
  public static final ThrottleConfig OFF = new ThrottleConfig(false, Optional.empty());

  public ThrottleConfig {
    primaryLatency.ifPresent(
        limit ->
            Check.that(
                limit.compareTo(SHORTEST) >= 0 && limit.compareTo(LONGEST) <= 0,
                "throttle.primary-latency must be auto, off or between 1ms and 1m, was "
                    + Durations.print(limit)));
  }

  /** As it is written in the file: {@code auto}, {@code off} or a duration. */
  static ThrottleConfig parse(String text) {
    if (text.equals("auto")) {
      return AUTO;
    }
    // YAML 1.1 reads off as false.
    if (text.equals("off") || text.equals("false")) {
      return OFF;
    }
    Optional<Duration> limit = Durations.parse(text);
    Check.that(
        limit.isPresent(),
        "throttle.primary-latency must be auto, off or " + Durations.ALLOWED + ", was " + text);
    return new ThrottleConfig(true, limit);
  }
}
