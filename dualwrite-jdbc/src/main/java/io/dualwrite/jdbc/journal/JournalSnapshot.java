package io.dualwrite.jdbc.journal;

import java.util.List;

/**
 * Entries read in one snapshot, with what is needed to find just them again.
 *
 * @param entries the entries
 * @param snapshot the snapshot, as {@code pg_snapshot} prints it
 * @param file the journal's file: another one once a rewrite (VACUUM FULL) has moved the entries
 */
public record JournalSnapshot(List<JournalEntry> entries, String snapshot, long file) {
  /** The same snapshot with other entries of it. */
  public JournalSnapshot of(List<JournalEntry> others) {
    return new JournalSnapshot(others, snapshot, file);
  }
}
