package io.dualwrite.reconciler.compare;

import java.util.List;

/** What a look under the lock says of a row. */
public sealed interface Verdict {
  /** Both sides hold the same after all: a write had been in flight. */
  record Same() implements Verdict {}

  /** A journal entry or a set-aside entry names it. */
  record Pending() implements Verdict {}

  /**
   * It differs.
   *
   * @param columns the source's names of the columns that differ, for a changed row
   * @param rows how many rows: one, or where a side has several of that key, those that it has more
   *     than the other, or as many as differ
   * @param source how many rows the source has of that key
   * @param target how many the target has
   */
  record Differs(Difference.Kind kind, List<String> columns, long rows, int source, int target)
      implements Verdict {
    /** Whether a side has several rows of that key. */
    public boolean several() {
      return source > 1 || target > 1;
    }

    /**
     * Whether it is clear what a repair has to do: rows of one key cannot be told apart, but all be
     * deleted.
     */
    public boolean repairable() {
      return source == 0 || !several();
    }
  }
}
