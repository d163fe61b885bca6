package io.dualwrite.reconciler.backfill.file;

/** What becomes of records of a file whose key the source has not. */
public enum Absent {
  /** They are counted and not loaded: whether they were deleted or archived, nobody has said. */
  HOLD,
  /** The file is an archive of rows that the source has no more: they are loaded. */
  INSERT,
  /** The source decides what there is: they are left out. */
  SKIP
}
