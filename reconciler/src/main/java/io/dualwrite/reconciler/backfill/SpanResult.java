package io.dualwrite.reconciler.backfill;

import io.dualwrite.reconciler.compare.ChunkLook.Sums;
import io.dualwrite.reconciler.compare.WindowSum;
import java.util.List;

/**
 * What became of a span.
 *
 * @param sums both sides' at last, under the lock
 * @param copied rows that the target had not
 * @param pending rows that the journal or the set-aside list names: delivery brings them
 * @param changed rows that the target has with other values
 * @param extra rows that the target alone has
 * @param refused rows that the target refuses
 * @param problems why it refuses them, by key
 */
record SpanResult(
    Sums sums,
    long copied,
    long pending,
    long changed,
    long extra,
    long refused,
    List<String> problems) {
  static final Sums NOTHING = new Sums(WindowSum.NONE, WindowSum.NONE);

  SpanResult {
    problems = List.copyOf(problems);
  }

  /** Both sides hold the same. */
  static SpanResult equal(Sums sums, long copied) {
    return new SpanResult(sums, copied, 0, 0, 0, 0, List.of());
  }

  boolean isEqual() {
    return sums.equal() && pending + changed + extra + refused == 0;
  }
}
