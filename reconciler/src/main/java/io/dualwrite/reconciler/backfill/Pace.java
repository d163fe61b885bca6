package io.dualwrite.reconciler.backfill;

import java.time.Duration;

/**
 * How many rows go into a span: as many as are sent in about half a second, so that an update of
 * one of them waits no longer. Safe for use by several threads.
 */
final class Pace {
  private static final Duration WANTED = Duration.ofMillis(500);
  private static final int FIRST = 10_000;
  private static final int FEWEST = 500;
  private static final int MOST = 100_000;

  private int rows;
  private final boolean fixed;

  private Pace(int rows, boolean fixed) {
    this.rows = rows;
    this.fixed = fixed;
  }

  /** Adapts to what it is told. */
  static Pace adapting() {
    return new Pace(FIRST, false);
  }

  /** Always so many. */
  static Pace of(int rows) {
    return new Pace(rows, true);
  }

  synchronized int rows() {
    return rows;
  }

  /** So many rows took so long. A last span with few rows says little. */
  synchronized void took(long copied, Duration time) {
    if (fixed || copied < FEWEST) {
      return;
    }
    double wanted = (double) copied * WANTED.toNanos() / Math.max(1, time.toNanos());
    // Twice as many at the most: one quick span may have been chance.
    double next = Math.min(wanted, 2.0 * rows);
    rows = (int) Math.max(FEWEST, Math.min(MOST, next));
  }

  /** A span could not be brought in because others were at the same rows. */
  synchronized void crowded() {
    if (!fixed) {
      rows = Math.max(FEWEST, rows / 2);
    }
  }
}
