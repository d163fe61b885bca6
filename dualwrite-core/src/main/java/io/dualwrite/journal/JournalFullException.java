package io.dualwrite.journal;

/** A journal has no room for another entry. */
public final class JournalFullException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** A journal of {@code capacity} entries is full. */
  public JournalFullException(int capacity) {
    super("the journal is full: " + capacity + " entries are waiting for the secondary");
  }
}
