package io.dualwrite.jdbc.config;

import java.time.Duration;

/**
 * The reconciler's defaults.
 *
 * @param window the length of a time window
 * @param parallelism the number of windows under way at once
 * @param lateness how much later than its time column's value a row may still be written
 * @param load what it may cost the databases
 */
public record ReconcilerConfig(
    Duration window, int parallelism, Duration lateness, LoadConfig load) {

  /** Windows of an hour, four at once, five minutes late. */
  public static final ReconcilerConfig DEFAULT =
      new ReconcilerConfig(Duration.ofHours(1), 4, Duration.ofMinutes(5));

  /** Without limits to the load. */
  public ReconcilerConfig(Duration window, int parallelism, Duration lateness) {
    this(window, parallelism, lateness, LoadConfig.NONE);
  }

  public ReconcilerConfig {
    Check.positive("reconciler.window", window);
    Check.between("reconciler.parallelism", 1, 64, parallelism);
    Check.notNegative("reconciler.lateness", lateness);
  }
}
