package io.dualwrite.jdbc.config;

import java.time.Duration;

/**
 * The reconciler's defaults.
 *
 * @param window the length of a time window
 * @param parallelism the number of windows under way at once
 * @param lateness how much later than its time column's value a row may still be written
 */
public record ReconcilerConfig(Duration window, int parallelism, Duration lateness) {

  /** Windows of an hour, four at once, five minutes late. */
  public static final ReconcilerConfig DEFAULT =
      new ReconcilerConfig(Duration.ofHours(1), 4, Duration.ofMinutes(5));

  public ReconcilerConfig {
    Check.positive("reconciler.window", window);
    Check.between("reconciler.parallelism", 1, 64, parallelism);
    Check.notNegative("reconciler.lateness", lateness);
  }
}
