package io.dualwrite;

import java.time.Duration;

/** Checks of settings; the messages say the name, what is allowed and what was given. */
final class Settings {
  private Settings() {}

  static Duration positive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(
          name + " must be longer than zero, was " + Durations.print(value));
    }
    return value;
  }

  static int between(String name, int least, int most, int value) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " must be between " + least + " and " + most + ", was " + value);
    }
    return value;
  }

  static double between(String name, double least, double most, double value) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          name
              + " must be between "
              + print(least)
              + " and "
              + print(most)
              + ", was "
              + print(value));
    }
    return value;
  }

  /** Whole numbers without a fraction, as people write them. */
  static String print(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : Double.toString(number);
  }

  static String notBlank(String name, String value) {
    if (value.isBlank()) {
      throw new IllegalArgumentException(name + " must not be blank");
    }
    return value;
  }
}
