package io.dualwrite.reconciler.compare;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps the queries over a table's windows near half a second: windows of which a query takes much
 * longer are read in pieces, smaller ones the slower the servers are. Safe for use by several
 * threads.
 */
final class Pace {
  /** Long enough not to feel the way to the server and back, short enough to be stopped between. */
  static final Duration GOAL = Duration.ofMillis(500);

  private static final int MOST_PIECES = 256;

  private final AtomicInteger pieces = new AtomicInteger(1);

  /** In how many pieces a window is to be read now. */
  int pieces() {
    return pieces.get();
  }

  /** A query over a window in so many pieces took so long. */
  void took(int inPieces, Duration time) {
    if (time.compareTo(GOAL.multipliedBy(2)) > 0) {
      pieces.accumulateAndGet(
          inPieces * 2, (now, more) -> Math.min(MOST_PIECES, Math.max(now, more)));
    } else if (inPieces > 1 && time.compareTo(GOAL.dividedBy(4)) < 0) {
      pieces.compareAndSet(inPieces, inPieces / 2);
    }
  }
}
