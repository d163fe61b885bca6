package io.dualwrite;

import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;

/**
 * How calls of the secondary are repeated. Delays double from the first to the longest, each
 * shortened or lengthened at random by up to half, so that writers do not return in step.
 *
 * @param maxAttempts how often one live write is tried within its time limit, 1 to 10; more than
 *     once only if it may be repeated
 * @param initialDelay the delay after the first failure, at least 1 ms
 * @param maxDelay the longest delay
 */
public record RetrySettings(int maxAttempts, Duration initialDelay, Duration maxDelay) {

  /** Checks the values. */
  public RetrySettings {
    Settings.between("retry.max-attempts", 1, 10, maxAttempts);
    if (initialDelay.toMillis() < 1) {
      throw new IllegalArgumentException(
          "retry.initial-delay must be at least 1ms, was " + Durations.print(initialDelay));
    }
    if (maxDelay.compareTo(initialDelay) < 0) {
      throw new IllegalArgumentException(
          "retry.max-delay must be at least retry.initial-delay ("
              + Durations.print(initialDelay)
              + "), was "
              + Durations.print(maxDelay));
    }
  }

  /** Live writes are tried once; the copier's delays go from 100 ms to 30 s. */
  public static RetrySettings defaults() {
    return new RetrySettings(1, Duration.ofMillis(100), Duration.ofSeconds(30));
  }

  /** The delay in milliseconds after so many failures. */
  IntervalFunction delays() {
    return IntervalFunction.ofExponentialRandomBackoff(initialDelay, 2.0, 0.5, maxDelay);
  }
}
