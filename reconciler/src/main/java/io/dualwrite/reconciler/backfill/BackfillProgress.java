package io.dualwrite.reconciler.backfill;

import io.dualwrite.reconciler.load.Pauses;

/** Is told how a backfill goes on; called from several threads. */
public interface BackfillProgress extends Pauses {
  /** Says nothing. */
  BackfillProgress NONE = new BackfillProgress() {};

  /**
   * A table is taken up.
   *
   * @param rows about how many rows it has
   */
  default void begin(String table, long rows) {}

  /** So many of its rows are done, or were done before. */
  default void advance(String table, long rows) {}

  /** The table is done. */
  default void end(String table) {}
}
