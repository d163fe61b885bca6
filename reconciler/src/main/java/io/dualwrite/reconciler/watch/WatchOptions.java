package io.dualwrite.reconciler.watch;

import java.time.Duration;

/**
 * How a watch goes about it. Immutable.
 *
 * @param every how long it rests between two rounds
 * @param reverify within which time everything that is old is looked at again; what was looked at
 *     longer ago, and longer than two rounds, says nothing any more
 * @param lateness how much later than its time a row may still be written: younger ones are not
 *     compared
 * @param window how long a window of the comparison is; what is verified moves on by whole ones
 */
public record WatchOptions(Duration every, Duration reverify, Duration lateness, Duration window) {

  /** Twice a minute. */
  public static final Duration EVERY = Duration.ofSeconds(30);

  /** All of the old once a day. */
  public static final Duration REVERIFY = Duration.ofDays(1);

  public WatchOptions {
    check(every.toMillis() >= 100, "every must be at least 100ms, was " + every);
    check(reverify.compareTo(every) >= 0, "reverify must not be shorter than every");
    check(!lateness.isNegative(), "lateness must not be negative, was " + lateness);
    check(window.toSeconds() >= 1, "window must be at least 1s, was " + window);
  }

  /** How long a look is good for. */
  Duration validity() {
    Duration twice = every.multipliedBy(2);
    return reverify.compareTo(twice) > 0 ? reverify : twice;
  }

  /** How long a pass over the old may take, so that none of it is overtaken by its validity. */
  Duration pass() {
    return validity().minus(every.multipliedBy(2)).multipliedBy(3).dividedBy(4);
  }

  private static void check(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException(problem);
    }
  }
}
