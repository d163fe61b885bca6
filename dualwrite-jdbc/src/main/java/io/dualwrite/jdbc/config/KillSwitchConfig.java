package io.dualwrite.jdbc.config;

import io.dualwrite.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where the kill switch is read from, beside the control table. It is engaged while any of these
 * says so.
 *
 * @param file engaged while this file exists
 * @param property the name of a system property
 * @param environmentVariable the name of a variable of the process's environment, which cannot
 *     change while it runs
 * @param flag the key of a boolean OpenFeature flag; needs {@code dev.openfeature:sdk}
 * @param pollInterval how often all of them and the control table are looked at; at most half a
 *     second, so that an engaged switch acts within one
 */
public record KillSwitchConfig(
    Optional<Path> file,
    Optional<String> property,
    Optional<String> environmentVariable,
    Optional<String> flag,
    Duration pollInterval) {

  /** The control table alone; four times a second. */
  public static final KillSwitchConfig DEFAULT =
      new KillSwitchConfig(Optional.empty(), Duration.ofMillis(250));

  public KillSwitchConfig {
    Check.that(
        pollInterval.compareTo(Duration.ofMillis(10)) >= 0
            && pollInterval.compareTo(Duration.ofMillis(500)) <= 0,
        "kill-switch.poll-interval must be between 10ms and 500ms, was "
            + Durations.print(pollInterval));
  }

  /** A file at most. */
  public KillSwitchConfig(Optional<Path> file, Duration pollInterval) {
    this(file, Optional.empty(), Optional.empty(), Optional.empty(), pollInterval);
  }
}
