package io.dualwrite.reconciler.backfill.file;

import java.util.List;

/**
 * What became of a batch.
 *
 * @param counts in numbers
 * @param bad the records that could not be loaded, in their order
 */
record BatchResult(Counts counts, List<Bad> bad) {
  BatchResult {
    bad = List.copyOf(bad);
  }
}
