package io.dualwrite.jdbc.config;

import io.dualwrite.Durations;
import java.time.Duration;
import java.util.List;

/** What a bad value throws where it is built. */
final class Check {
  private Check() {}

  static void that(boolean holds, String problem) {
    if (!holds) {
      throw new ConfigurationException(List.of(problem));
    }
  }

  static void between(String name, long min, long max, long value) {
    that(
        value >= min && value <= max,
        name + " must be between " + min + " and " + max + ", was " + value);
  }

  static void positive(String name, Duration value) {
    that(
        !value.isNegative() && !value.isZero(),
        name + " must be longer than zero, was " + Durations.print(value));
  }

  static void notNegative(String name, Duration value) {
    that(!value.isNegative(), name + " must not be negative, was " + Durations.print(value));
  }
}
