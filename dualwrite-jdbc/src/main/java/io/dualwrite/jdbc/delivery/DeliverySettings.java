package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.config.ThrottleConfig;
import java.time.Duration;

/**
 * How delivery goes about its work.
 *
 * @param batch entries of one table taken in one step, at first; then it goes by how long steps
 *     take
 * @param pollInterval how often the journal is looked at for entries of other instances
 * @param shortestRest of a lane between two rounds. It rests three times as long as its last round
 *     took, so that rounds are fewer and larger the more there is to do; nobody who waits for a
 *     delivery waits for it
 * @param longestRest however long the last round took
 * @param threads lanes delivered at the same time
 * @param firstBackOff the pause after a first failure of the secondary; it doubles with each
 *     further one
 * @param longestBackOff the longest pause
 * @param throttle when it makes room for the application
 * @param workers threads that deliver slices of one table at the same time; 1: no slices
 */
public record DeliverySettings(
    int batch,
    Duration pollInterval,
    Duration shortestRest,
    Duration longestRest,
    int threads,
    Duration firstBackOff,
    Duration longestBackOff,
    ThrottleConfig throttle,
    int workers) {
  /** The defaults. */
  public static final DeliverySettings DEFAULT =
      new DeliverySettings(
          1000,
          Duration.ofMillis(500),
          Duration.ofMillis(2),
          Duration.ofMillis(40),
          4,
          Duration.ofMillis(50),
          Duration.ofSeconds(2),
          ThrottleConfig.AUTO,
          1);

  private static final int REST_TO_WORK = 3;

  public DeliverySettings {
    if (batch < 1 || threads < 1 || workers < 1) {
      throw new IllegalArgumentException(
          "delivery batch, threads and workers must be at least 1, were "
              + batch
              + ", "
              + threads
              + " and "
              + workers);
    }
  }

  /** The same, but for that. */
  public DeliverySettings throttle(ThrottleConfig value) {
    return new DeliverySettings(
        batch,
        pollInterval,
        shortestRest,
        longestRest,
        threads,
        firstBackOff,
        longestBackOff,
        value,
        workers);
  }

  /** The same with so many threads for one table. */
  public DeliverySettings workers(int value) {
    return new DeliverySettings(
        batch,
        pollInterval,
        shortestRest,
        longestRest,
        threads,
        firstBackOff,
        longestBackOff,
        throttle,
        value);
  }

  /** How long a lane rests after a round that took so long. */
  Duration rest(Duration round) {
    Duration rest = round.multipliedBy(REST_TO_WORK);
    return rest.compareTo(shortestRest) < 0
        ? shortestRest
        : rest.compareTo(longestRest) > 0 ? longestRest : rest;
  }
}
