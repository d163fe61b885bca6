package io.dualwrite.reconciler.backfill.file;

/**
 * What became of a file's records.
 *
 * @param copied the target had not, the source has: its row was copied
 * @param inserted neither had: they were loaded as they are
 * @param present the target had them
 * @param pending the journal or the set-aside list names them: delivery brings them
 * @param absent neither has, and they were not loaded
 * @param bad set aside in a file
 */
public record Counts(
    long copied, long inserted, long present, long pending, long absent, long bad) {
  /** Nothing yet. */
  static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0);

  Counts plus(Counts more) {
    return new Counts(
        copied + more.copied,
        inserted + more.inserted,
        present + more.present,
        pending + more.pending,
        absent + more.absent,
        bad + more.bad);
  }

  /** All records. */
  public long records() {
    return copied + inserted + present + pending + absent + bad;
  }
}
