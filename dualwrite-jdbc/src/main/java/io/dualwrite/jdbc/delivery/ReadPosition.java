package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.journal.JournalEntry;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
  /** Transactions under way at the same time take about so long. */
  private static final Duration SLACK = Duration.ofMillis(200);

  private static final long EVERYTHING_EVERY_NANOS = 500_000_000;

  private final Map<String, Instant> seen = new HashMap<>();
  private final Map<String, Instant> passedOver = new HashMap<>();
  private long lastFromBeginning = System.nanoTime() - EVERYTHING_EVERY_NANOS;

  /** For each table where to begin; empty: everywhere at the beginning. */
  Map<String, Instant> next(boolean everything) {
    long now = System.nanoTime();
    Map<String, Instant> from = new HashMap<>(passedOver);
    if (everything || now - lastFromBeginning >= EVERYTHING_EVERY_NANOS) {
      lastFromBeginning = now;
      return from;
    }
    seen.forEach((table, at) -> from.merge(table, at.minus(SLACK), ReadPosition::later));
    return from;
  }

  /** These have been delivered. */
  void delivered(List<JournalEntry> entries) {
    entries.forEach(e -> seen.merge(e.table(), e.at(), ReadPosition::later));
  }

  /**
   * Until {@link #everythingOf}, the table's entries up to this one are not read: a walk stands for
   * them, and they would leave no room for others.
   */
  void passOver(String table, Instant upTo) {
    passedOver.put(table, upTo.plus(1, ChronoUnit.MICROS));
  }

  /** The table's entries are looked at from the beginning again. */
  void everythingOf(String table) {
    passedOver.remove(table);
    seen.remove(table);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
