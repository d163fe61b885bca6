package io.dualwrite.reconciler.repair;

import java.util.concurrent.atomic.AtomicLong;

/** How many rows a repair may still change. Safe for use by several threads. */
final class ChangeBudget {
  private final AtomicLong left;
  private volatile boolean refused;

  ChangeBudget(long changes) {
    this.left = new AtomicLong(changes);
  }

  /** Takes up to {@code wanted} changes out of the budget; how many may be made. */
  int take(int wanted) {
    return (int) take((long) wanted);
  }

  /** The same for any number. */
  long take(long wanted) {
    long before = left.getAndUpdate(l -> l == Long.MAX_VALUE ? l : Math.max(0, l - wanted));
    if (before < wanted) {
      refused = true;
    }
    return Math.min(before, wanted);
  }

  /**
   * Takes all of these changes, or none where the budget has not so many; whether they may be made.
   */
  boolean takeAll(long wanted) {
    long before = left.getAndUpdate(l -> l == Long.MAX_VALUE || l < wanted ? l : l - wanted);
    if (before < wanted) {
      refused = true;
    }
    return before >= wanted;
  }

  /** Takes account of changes made before an interruption. */
  void spent(long changes) {
    left.getAndUpdate(l -> l == Long.MAX_VALUE ? l : Math.max(0, l - changes));
  }

  /** Gives back what was not needed. */
  void giveBack(int unused) {
    left.getAndUpdate(l -> l == Long.MAX_VALUE ? l : l + unused);
  }

  /** Puts right what was taken when it has turned out how many changes were made. */
  void settle(int taken, int made) {
    if (made > taken) {
      spent(made - taken);
    } else {
      giveBack(taken - made);
    }
  }

  /** Whether nothing more may be changed although there was more to change. */
  boolean exhausted() {
    return refused && left.get() == 0;
  }

  /** Whether anything was refused. */
  boolean refused() {
    return refused;
  }
}
