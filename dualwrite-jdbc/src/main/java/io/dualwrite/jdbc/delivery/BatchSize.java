package io.dualwrite.jdbc.delivery;

import java.time.Duration;

/**
 * How many entries of a table one round of a lane takes: more while full rounds are short, fewer
 * when they take long on a slow secondary, since the lane's lock and a snapshot of the primary are
 * held meanwhile.
 */
final class BatchSize {
  private static final int LEAST = 50;
  private static final int GROWTH = 4;
  private static final Duration SHORT = Duration.ofMillis(250);
  private static final Duration LONG = Duration.ofMillis(500);

  private final int least;
  private final int most;
  private int entries;
  private long began;

  /** Begins with that many, and comes to four times as many at the most. */
  BatchSize(int first) {
    this.entries = first;
    this.least = Math.min(LEAST, first);
    this.most = first * GROWTH;
  }

  int entries() {
    return entries;
  }

  /** A round has its lock. */
  void begin() {
    began = System.nanoTime();
  }

  /**
   * It is done.
   *
   * @param full whether it took as many entries as it might
   */
  void done(boolean full) {
    took(Duration.ofNanos(System.nanoTime() - began), full);
  }

  /**
   * A round is done.
   *
   * @param full whether it took as many entries as it might
   */
  void took(Duration round, boolean full) {
    if (round.compareTo(LONG) > 0) {
      tookTooLong();
    } else if (full && round.compareTo(SHORT) < 0) {
      entries = Math.min(most, entries * 2);
    }
  }

  /** A round was ended by a time limit. */
  void tookTooLong() {
    entries = Math.max(least, entries / 2);
  }
}
