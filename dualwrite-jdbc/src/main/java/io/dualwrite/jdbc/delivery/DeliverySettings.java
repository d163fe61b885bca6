package io.dualwrite.jdbc.delivery;

import java.time.Duration;

/**
 * How delivery goes about its work.
 *
 * @param batch entries of one table taken in one step
 * @param pollInterval how often the journal is looked at for entries of other instances
 * @param pause between two rounds of a lane that is never idle, so that rounds are fewer and
 *     larger; nobody who waits for a delivery waits for it
 * @param threads lanes delivered at the same time
 * @param firstBackOff the pause after a first failure of the secondary; it doubles with each
 *     further one
 * @param longestBackOff the longest pause
 */
public record DeliverySettings(
    int batch,
    Duration pollInterval,
    Duration pause,
    int threads,
    Duration firstBackOff,
    Duration longestBackOff) {
  /** The defaults. */
  public static final DeliverySettings DEFAULT =
      new DeliverySettings(
          1000,
          Duration.ofMillis(500),
          Duration.ofMillis(8),
          4,
          Duration.ofMillis(50),
          Duration.ofSeconds(2));

  public DeliverySettings {
    if (batch < 1 || threads < 1) {
      throw new IllegalArgumentException(
          "delivery batch and threads must be at least 1, were " + batch + " and " + threads);
    }
  }
}
