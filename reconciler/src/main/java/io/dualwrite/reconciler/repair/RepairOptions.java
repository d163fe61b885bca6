package io.dualwrite.reconciler.repair;

import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.compare.CompareOptions;
import java.util.SortedMap;

/**
 * What a repair may do.
 *
 * @param compare which part is repaired, and how it is compared before and after
 * @param deleteExtra whether rows that the source has not are deleted from the target
 * @param fromLast whether only what the last comparison of each table has found is looked at,
 *     instead of comparing first
 * @param maxChanges after so many changed rows it stops; {@link Long#MAX_VALUE} for no limit
 */
public record RepairOptions(
    CompareOptions compare, boolean deleteExtra, boolean fromLast, long maxChanges) {
  public RepairOptions {
    if (fromLast && (compare.from().isPresent() || compare.to().isPresent())) {
      throw new IllegalArgumentException(
          "what the last comparison has found is repaired whole: from and to do not go with it");
    }
    if (fromLast && compare.kept().resumes()) {
      throw new IllegalArgumentException(
          "what the last comparison has found is looked at from its beginning: --resume does not go with --from-last");
    }
    if (maxChanges < 0) {
      throw new IllegalArgumentException("max-changes must not be negative, was " + maxChanges);
    }
  }

  /** Copies everything that differs, deletes nothing. */
  public static RepairOptions of(CompareOptions compare) {
    return new RepairOptions(compare, false, false, Long.MAX_VALUE);
  }

  /** Whether rows that the source has not are deleted from the target. */
  public RepairOptions deleteExtra(boolean delete) {
    return new RepairOptions(compare, delete, fromLast, maxChanges);
  }

  /** No more changed rows than that. */
  public RepairOptions maxChanges(long rows) {
    return new RepairOptions(compare, deleteExtra, fromLast, rows);
  }

  /** Only what the last comparison of each table has found. */
  public RepairOptions fromLast(boolean last) {
    return new RepairOptions(compare, deleteExtra, last, maxChanges);
  }

  /** Whether only a range of that table's time is repaired. */
  public boolean isPartOf(ComparedTable table) {
    return table.pair().timeColumn().isPresent()
        && (compare.from().isPresent() || compare.to().isPresent());
  }

  /** What must be the same for an interrupted repair to be gone on with. */
  public SortedMap<String, String> settings() {
    SortedMap<String, String> settings = compare.settings();
    settings.put("--delete-extra", deleteExtra ? "yes" : "no");
    return settings;
  }
}
