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
  private long lastFromBeginning = System.nanoTime() - EVERYTHING_EVERY_NANOS;

  /** For each table where to begin; empty: everywhere at the beginning. */
  Map<String, Long> next(boolean everything) {
    long now = System.nanoTime();
    if (everything || now - lastFromBeginning >= EVERYTHING_EVERY_NANOS) {
      lastFromBeginning = now;
      return Map.of();
    }
    Map<String, Long> from = new HashMap<>();
    seen.forEach((table, id) -> from.put(table, id - SLACK));
    return from;
  }

  /** These have been delivered. */
  void delivered(List<JournalEntry> entries) {
    entries.forEach(e -> seen.merge(e.table(), e.id(), Math::max));
  }
}
