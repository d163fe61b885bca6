package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.journal.JournalEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * From where on a lane reads the journal. Behind the entries already delivered lie their dead index
 * entries, until the next vacuum; to step over all of them in each round would cost more than the
 * rest of it. Since entries become visible out of order, most rounds begin a little before the last
 * entry seen, and now and then one begins at the beginning.
 */
final class ReadPosition {
  /** Identities that transactions under way at the same time may have taken. */
  private static final long SLACK = 2_000;

  private static final long EVERYTHING_EVERY_NANOS = 500_000_000;

  private final Map<String, Long> seen = new HashMap<>();
  private final Map<String, Long> passedOver = new HashMap<>();
  private long lastFromBeginning = System.nanoTime() - EVERYTHING_EVERY_NANOS;

  /** For each table where to begin; empty: everywhere at the beginning. */
  Map<String, Long> next(boolean everything) {
    long now = System.nanoTime();
    Map<String, Long> from = new HashMap<>(passedOver);
    if (everything || now - lastFromBeginning >= EVERYTHING_EVERY_NANOS) {
      lastFromBeginning = now;
      return from;
    }
    seen.forEach((table, id) -> from.merge(table, id - SLACK, Math::max));
    return from;
  }

  /** These have been delivered. */
  void delivered(List<JournalEntry> entries) {
    entries.forEach(e -> seen.merge(e.table(), e.id(), Math::max));
  }

  /**
   * Until {@link #everythingOf}, the table's entries up to this one are not read: a walk stands for
   * them, and they would leave no room for others.
   */
  void passOver(String table, long upTo) {
    passedOver.put(table, upTo);
  }

  /** The table's entries are looked at from the beginning again. */
  void everythingOf(String table) {
    passedOver.remove(table);
    seen.remove(table);
  }
}
