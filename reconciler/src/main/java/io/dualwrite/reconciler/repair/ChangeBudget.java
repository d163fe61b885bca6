package io.dualwrite.reconciler.repair;

import java.util.concurrent.atomic.AtomicLong;

/** How many rows a repair may still change. Safe for use by several threads. */
final class ChangeBudget {
  private final AtomicLong left;
  private volatile boolean refused;
  private volatile boolean stopped;
  private volatile boolean undone;

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

  /** Gives back what was not needed: who was refused it may have it after all. */
  void giveBack(int unused) {
    if (unused > 0) {
      left.getAndUpdate(l -> l == Long.MAX_VALUE ? l : l + unused);
      refused = false;
    }
  }

  /** Somebody has ended with changes left that were refused. */
  void leave() {
    undone = true;
  }

  /**
   * Puts right what was taken when it has turned out how many changes there are; whether they may
   * be made. If not, what was taken stays taken.
   */
  boolean settle(int taken, int changes) {
    if (changes > taken) {
      return takeAll(changes - taken);
    }
    giveBack(taken - changes);
    return true;
  }

  /** Nothing more may be changed: what comes next is more than is left. */
  void stop() {
    refused = true;
    stopped = true;
  }

  /** Whether nothing more may be changed although there was more to change. */
  boolean exhausted() {
    return stopped || (refused && left.get() == 0);
  }

  /** Whether anything was refused for good. */
  boolean refused() {
    return refused || undone;
  }
}
