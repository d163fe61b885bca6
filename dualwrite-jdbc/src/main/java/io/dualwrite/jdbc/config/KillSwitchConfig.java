package io.dualwrite.jdbc.config;

import io.dualwrite.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where the kill switch is read from, beside the control table.
 *
 * @param file engaged while this file exists
 * @param pollInterval how often file and control table are looked at; at most one second, so that
 *     an engaged switch acts within one
 */
public record KillSwitchConfig(Optional<Path> file, Duration pollInterval) {

  /** No file; every 500 ms. */
  public static final KillSwitchConfig DEFAULT =
      new KillSwitchConfig(Optional.empty(), Duration.ofMillis(500));

  public KillSwitchConfig {
    Check.that(
        pollInterval.compareTo(Duration.ofMillis(10)) >= 0
            && pollInterval.compareTo(Duration.ofSeconds(1)) <= 0,
        "kill-switch.poll-interval must be between 10ms and 1s, was "
            + Durations.print(pollInterval));
  }
}
