package io.dualwrite.jdbc.journal;

import java.util.List;
import java.util.Optional;

/**
 * The entries in one snapshot that name no row of a table by its present key.
 *
 * @param table the table's identity
 * @param presentKey the id of the key that entries are read by
 * @param snapshot the snapshot, as {@code pg_snapshot} prints it
 * @param last where the last of them lies; empty: there is none
 */
public record WholeEntries(
    String table, int presentKey, String snapshot, Optional<ReadFrom.Place> last) {
  /** The transactions that were under way in the snapshot. */
  public List<Long> underWay() {
    return JournalSnapshot.underWay(snapshot);
  }
}
