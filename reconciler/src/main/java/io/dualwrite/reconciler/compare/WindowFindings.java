package io.dualwrite.reconciler.compare;

import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.state.KeptDifference;
import io.dualwrite.reconciler.window.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What looking at a window's rows has found so far. Used by one thread at a time. */
final class WindowFindings {
  final List<Difference> differences = new ArrayList<>();

  /** The same, by the keys that the journal and the copy go by. */
  final List<KeptDifference> kept = new ArrayList<>();

  final List<Candidate> pending = new ArrayList<>();

  /** Rows that differ and are counted in another window. */
  boolean countedElsewhere;

  /** Whether rows were left that were not looked at. */
  boolean cut;

  /** Rows not looked at: what the counts alone say of them. */
  long missingByCount;

  long extraByCount;

  /** Whether the whole table's deliveries have to be waited for. */
  boolean tablePending;

  /**
   * The verdict with the rows counted on both sides; {@code primaryRows} are those of an equal
   * window.
   */
  WindowResult result(Window window, WindowSum source, WindowSum target, long primaryRows) {
    boolean differs =
        !differences.isEmpty() || countedElsewhere || missingByCount + extraByCount > 0;
    if (!differs && pending.isEmpty() && !tablePending) {
      // Rows in flight were counted on one side only; they are on both now.
      return WindowResult.equal(window, primaryRows, primaryRows);
    }
    if (!differs || tablePending) {
      String rows =
          tablePending
              ? "deliveries to the table"
              : pending.size() + (pending.size() == 1 ? " row" : " rows");
      return new WindowResult(
          window,
          Status.NOT_YET,
          source.rows(),
          target.rows(),
          0,
          0,
          0,
          Optional.of(rows + " waiting in the journal or set aside"));
    }
    return new WindowResult(
        window,
        Status.DIFFERS,
        source.rows(),
        target.rows(),
        count(Difference.Kind.MISSING) + missingByCount,
        count(Difference.Kind.EXTRA) + extraByCount,
        count(Difference.Kind.CHANGED),
        Optional.empty());
  }

  private long count(Difference.Kind kind) {
    return differences.stream().filter(d -> d.kind() == kind).mapToLong(Difference::rows).sum();
  }
}
