package io.dualwrite.jdbc.journal;

import java.time.Instant;
import java.util.List;

/**
 * From where on a table's entries are still to be read, in the order of their transactions and,
 * within one, of time. What lies before has been read, but for what transactions wrote that were
 * under way at that time.
 *
 * @param frontier from here on nothing has been read
 * @param open transactions before it, and from where on theirs are to be read
 */
public record ReadFrom(Place frontier, List<Place> open) {
  /** Nothing has been read. */
  public static final ReadFrom BEGINNING = new ReadFrom(Place.of(0), List.of());

  /** Whether an entry belongs to a transaction that was left open. */
  public boolean isOpen(JournalEntry entry) {
    return entry.transaction() < frontier.transaction;
  }

  /**
   * A place in that order.
   *
   * @param transaction the number of the transaction, with its epoch
   * @param at the time; {@link Instant#MIN} for where the transaction begins
   */
  public record Place(long transaction, Instant at) implements Comparable<Place> {
    /** Where the transaction's entries begin. */
    public static Place of(long transaction) {
      return new Place(transaction, Instant.MIN);
    }

    /** Where the entry lies. */
    public static Place of(JournalEntry entry) {
      return new Place(entry.transaction(), entry.at());
    }

    /** As the primary reads it. */
    String time() {
      return at.equals(Instant.MIN) ? "-infinity" : at.toString();
    }

    @Override
    public int compareTo(Place other) {
      int byTransaction = Long.compare(transaction, other.transaction);
      return byTransaction == 0 ? at.compareTo(other.at) : byTransaction;
    }
  }
}
