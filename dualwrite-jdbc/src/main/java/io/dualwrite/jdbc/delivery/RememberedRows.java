package io.dualwrite.jdbc.delivery;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.jdbc.copy.RowKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Predicate;

/** Rows of BEST_EFFORT tables, named by memory alone. Safe for use by several threads. */
final class RememberedRows {
  private final ArrayBlockingQueue<Remembered> rows;
  private final DualWriteMetrics metrics;

  /**
   * One row.
   *
   * @param keyId of which columns the key is ({@link io.dualwrite.jdbc.schema.KeyId})
   */
  record Remembered(String table, int keyId, RowKey key) {}

  RememberedRows(int room, DualWriteMetrics metrics) {
    this.rows = new ArrayBlockingQueue<>(room);
    this.metrics = metrics;
  }

  /** Takes rows; what there is no room for is counted, and left to the reconciler. */
  void add(Collection<Remembered> more) {
    for (Remembered row : more) {
      if (!rows.offer(row)) {
        metrics.secondaryFailure(row.table(), "queue-full");
      }
    }
  }

  /** Hands over the oldest rows, at most so many. */
  List<Remembered> take(int most) {
    List<Remembered> taken = new ArrayList<>();
    rows.drainTo(taken, most);
    return taken;
  }

  /** The same, but for those of tables that wait. */
  List<Remembered> take(int most, Predicate<String> waits) {
    List<Remembered> taken = new ArrayList<>();
    Iterator<Remembered> all = rows.iterator();
    while (taken.size() < most && all.hasNext()) {
      Remembered row = all.next();
      if (!waits.test(row.table())) {
        taken.add(row);
        all.remove();
      }
    }
    return taken;
  }

  /** Whether there are rows of tables that do not wait. */
  boolean anyBut(Predicate<String> waits) {
    return rows.stream().anyMatch(row -> !waits.test(row.table()));
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }
}
