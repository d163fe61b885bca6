package io.dualwrite.reconciler.compare;

import io.dualwrite.reconciler.load.Pauses;

/** Is told how a comparison or a repair goes on; called from several threads. */
public interface Progress extends Pauses {
  /** Says nothing. */
  Progress NONE = new Progress() {};

  /** A table is taken up. */
  default void begin(String table, int windows) {}

  /** Some of its windows are done. */
  default void advance(String table, int windows, long rows) {}

  /** The table is done. */
  default void end(String table) {}
}
