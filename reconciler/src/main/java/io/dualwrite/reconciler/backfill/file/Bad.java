package io.dualwrite.reconciler.backfill.file;

import java.util.Optional;

/**
 * A record that cannot be loaded.
 *
 * @param index its place in the batch
 * @param column the column that it fails by, if it is one
 * @param kind what is wrong, without values
 * @param said what the server said, which may have values
 */
record Bad(int index, Optional<String> column, String kind, String said) {
  private static final String NO_PARENT = "23503";

  /** Whether it may be loaded once another record is. */
  boolean lacksParent() {
    return kind.contains(NO_PARENT);
  }
}
