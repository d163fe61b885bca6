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
   */
  record Differs(Difference.Kind kind, List<String> columns) implements Verdict {}
}
