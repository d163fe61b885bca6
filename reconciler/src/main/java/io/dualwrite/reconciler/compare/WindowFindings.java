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

  /** Whether rows with a null in their keys differ, which only a look at the window settles. */
  boolean unkeyed;

  /**
   * Whether a side has several rows of a key, of which a look at rows by their keys may miss one.
   */
  boolean several;

  /** What the window came to when it was counted again, if it was. */
  Optional<Drilldown.Sums> counted = Optional.empty();

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
      if (counted.isPresent()) {
        return WindowResult.equal(window, source.rows(), target.rows());
      }
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

  /** Whether everything that was looked at is the same and nothing is on its way. */
  boolean isEqual() {
    return differences.isEmpty()
        && !countedElsewhere
        && missingByCount + extraByCount == 0
        && pending.isEmpty()
        && !tablePending;
  }

  private long count(Difference.Kind kind) {
    return differences.stream().filter(d -> d.kind() == kind).mapToLong(Difference::rows).sum();
  }
}
