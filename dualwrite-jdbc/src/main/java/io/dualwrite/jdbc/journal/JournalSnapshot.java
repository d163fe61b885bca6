package io.dualwrite.jdbc.journal;

import java.util.Arrays;
import java.util.List;

/**
 * Entries read in one snapshot, with what is needed to find just them again.
 *
 * @param entries the entries
 * @param snapshot the snapshot, as {@code pg_snapshot} prints it: {@code xmin:xmax:xip,…}
 * @param file the journal's file: another one once a rewrite (VACUUM FULL) has moved the entries
 * @param server the server's start, as it prints it: after another one transactions may have been
 *     lost, and their numbers come again
 */
public record JournalSnapshot(
    List<JournalEntry> entries, String snapshot, long file, String server) {
  /** The same snapshot with other entries of it. */
  public JournalSnapshot of(List<JournalEntry> others) {
    return new JournalSnapshot(others, snapshot, file, server);
  }

  /** The first transaction that had not begun. */
  public long next() {
    return Long.parseLong(snapshot.split(":", -1)[1]);
  }

  /** The transactions that were under way. */
  public List<Long> underWay() {
    return underWay(snapshot);
  }

  static List<Long> underWay(String snapshot) {
    String list = snapshot.split(":", -1)[2];
    return list.isEmpty()
        ? List.of()
        : Arrays.stream(list.split(",")).map(Long::parseLong).toList();
  }
}
