package io.dualwrite.reconciler.repair;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** What is done to a table. Safe for use by several threads. */
final class RepairTally {
  private static final int LISTED_PROBLEMS = 20;

  private final String table;
  private final AtomicLong copied = new AtomicLong();
  private final AtomicLong deleted = new AtomicLong();
  private final Queue<String> problems = new ConcurrentLinkedQueue<>();

  RepairTally(String table) {
    this.table = table;
  }

  void done(long written, long removed) {
    copied.addAndGet(written);
    deleted.addAndGet(removed);
  }

  void problem(String line) {
    problems.add(line);
  }

  Repair.TableRepair result() {
    return new Repair.TableRepair(
        table,
        copied.get(),
        deleted.get(),
        problems.stream().distinct().limit(LISTED_PROBLEMS).toList());
  }
}
