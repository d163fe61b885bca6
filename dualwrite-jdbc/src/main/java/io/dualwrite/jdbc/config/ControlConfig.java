package io.dualwrite.jdbc.config;

import io.dualwrite.Durations;
import java.time.Duration;

/**
 * What an instance does that cannot read the control table, and so does not learn of the phase and
 * the kill switch that operators set there.
 *
 * @param unreachableAfter how long the table cannot be read before that counts, 1 second to 1 hour
 * @param whenUnreachable what is done then
 */
public record ControlConfig(Duration unreachableAfter, WhenUnreachable whenUnreachable) {
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofHours(1);

  /** What an instance does without the control table. */
  public enum WhenUnreachable {
    /** What it last read there holds on. */
    KEEP_GOING,

    /**
     * It writes to the primary alone, as with the kill switch engaged, until the table can be read
     * again.
     */
    PASS_THROUGH
  }

  /** Goes on as it is, and says so after ten seconds. */
  public static final ControlConfig DEFAULT =
      new ControlConfig(Duration.ofSeconds(10), WhenUnreachable.KEEP_GOING);

  public ControlConfig {
    Check.that(
        unreachableAfter.compareTo(SHORTEST) >= 0 && unreachableAfter.compareTo(LONGEST) <= 0,
        "control.unreachable-after must be between 1s and 1h, was "
            + Durations.print(unreachableAfter));
  }
}
