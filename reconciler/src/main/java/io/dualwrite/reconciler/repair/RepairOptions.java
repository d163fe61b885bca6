package io.dualwrite.reconciler.repair;

import io.dualwrite.reconciler.compare.CompareOptions;

/**
 * What a repair may do.
 *
 * @param compare which part is repaired, and how it is compared before and after
 * @param deleteExtra whether rows that the source has not are deleted from the target
 * @param maxChanges after so many changed rows it stops; {@link Long#MAX_VALUE} for no limit
 */
public record RepairOptions(CompareOptions compare, boolean deleteExtra, long maxChanges) {
  public RepairOptions {
    if (maxChanges < 0) {
      throw new IllegalArgumentException("max-changes must not be negative, was " + maxChanges);
    }
  }

  /** Copies everything that differs, deletes nothing. */
  public static RepairOptions of(CompareOptions compare) {
    return new RepairOptions(compare, false, Long.MAX_VALUE);
  }

  /** Whether rows that the source has not are deleted from the target. */
  public RepairOptions deleteExtra(boolean delete) {
    return new RepairOptions(compare, delete, maxChanges);
  }

  /** No more changed rows than that. */
  public RepairOptions maxChanges(long rows) {
    return new RepairOptions(compare, deleteExtra, rows);
  }
}
