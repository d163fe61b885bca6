package io.dualwrite.reconciler.state;

import io.dualwrite.reconciler.window.Window;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far a table is verified: everything from its beginning to here was found equal.
 *
 * @param table the table's identity
 * @param shape what that depends on: where the table's comparison has another, it says nothing
 * @param kind {@code TIME}: rows before {@code upTo} by the time column; {@code KEY}: by the key's
 *     first column; {@code ALL}: the whole table
 * @param upTo the end, exclusive; empty for the whole table
 * @param windows in how many windows, where that is known
 * @param rows how many rows, where that is known
 * @param firstAt when the part looked at longest ago was looked at, by the target's clock
 * @param lastAt when the latest part was
 */
public record Watermark(
    String table,
    String shape,
    Window.Kind kind,
    Optional<String> upTo,
    OptionalLong windows,
    OptionalLong rows,
    Instant firstAt,
    Instant lastAt) {

  /**
   * Whether something at or after that place is verified.
   *
   * @param start where a range of that kind begins; empty: at the table's beginning
   */
  public boolean reachesBeyond(Window.Kind other, Optional<String> start) {
    return other != kind
        || upTo.isEmpty()
        || start.isEmpty()
        || Advance.compare(kind, upTo.get(), start.get()) > 0;
  }

  /** What was found in a range. */
  public enum Verdict {
    /** Both sides hold the same. */
    EQUAL,
    /** They do not. */
    DIFFERS,
    /** It is not known, or will not last: rows are still to come. */
    UNKNOWN
  }

  /**
   * A range that was looked at.
   *
   * @param from its lower bound, inclusive; empty: from the table's beginning
   * @param to its upper bound, exclusive; empty: to its end
   * @param rows how many rows it has
   */
  public record Looked(Optional<String> from, Optional<String> to, Verdict verdict, long rows) {}

  /**
   * The watermark after these ranges of one kind were looked at, in ascending order; empty if
   * nothing is verified then. Ranges that do not begin at the table's beginning move an earlier
   * watermark on where they meet it; a difference below it lowers it.
   */
  static Optional<Watermark> after(
      Optional<Watermark> before,
      String table,
      String shape,
      Window.Kind kind,
      List<Looked> ranges,
      Instant now) {
    Optional<Watermark> old = before.filter(w -> w.shape().equals(shape) && w.kind() == kind);
    return new Advance(old, kind).over(ranges).result(table, shape, now);
  }
}
