package io.dualwrite.reconciler.compare;

import io.dualwrite.reconciler.compare.WindowResult.Status;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What was found in one table.
 *
 * @param table its identity, the source's {@code schema.name}
 * @param windows every window's verdict, in order
 * @param differences rows that differ, at most as many as asked for
 * @param truncated whether there are more differences than listed, or than were counted
 * @param notes how values or windows were treated, where that is not plain
 * @param notReadAgain what was taken from an earlier comparison; the windows of an interrupted one
 *     that this one went on with are among {@code windows}, a range that was left out is not
 */
public record TableComparison(
    String table,
    List<WindowResult> windows,
    List<Difference> differences,
    boolean truncated,
    List<String> notes,
    List<NotReadAgain> notReadAgain) {
  public TableComparison {
    windows = List.copyOf(windows);
    differences = List.copyOf(differences);
    notes = List.copyOf(notes);
    notReadAgain = List.copyOf(notReadAgain);
  }

  /** Whether every window is equal. */
  public boolean inSync() {
    return windows.stream().allMatch(w -> w.status() == Status.EQUAL);
  }

  /** How many windows have that verdict. */
  public long count(Status status) {
    return windows.stream().filter(w -> w.status() == status).count();
  }

  /** Rows counted in the source. */
  public long sourceRows() {
    return sum(WindowResult::sourceRows);
  }

  /** Rows counted in the target. */
  public long targetRows() {
    return sum(WindowResult::targetRows);
  }

  /** Rows of the source that the target lacks. */
  public long missing() {
    return sum(WindowResult::missing);
  }

  /** Rows of the target that the source lacks. */
  public long extra() {
    return sum(WindowResult::extra);
  }

  /** Rows with other values. */
  public long changed() {
    return sum(WindowResult::changed);
  }

  TableComparison listing(int most) {
    boolean fewer = differences.size() > most;
    return new TableComparison(
        table,
        windows,
        fewer ? differences.subList(0, most) : differences,
        truncated || fewer,
        notes,
        notReadAgain);
  }

  private long sum(ToLongFunction<WindowResult> count) {
    return windows.stream().mapToLong(count).sum();
  }
}
