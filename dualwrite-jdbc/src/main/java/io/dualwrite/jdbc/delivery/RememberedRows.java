package io.dualwrite.jdbc.delivery;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.jdbc.copy.RowKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;

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

  boolean isEmpty() {
    return rows.isEmpty();
  }
}
