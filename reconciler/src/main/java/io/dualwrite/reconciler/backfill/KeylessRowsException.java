package io.dualwrite.reconciler.backfill;

import io.dualwrite.jdbc.schema.ColumnPair;

/**
 * Rows of a table without a key that the target has, or would get, cannot be told from each other.
 */
final class KeylessRowsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private KeylessRowsException(String message) {
    super(message);
  }

  KeylessRowsException(Span span) {
    this(
        "has no key, and the target has other rows of it already ("
            + span.label()
            + "): which they are cannot be told. Empty the table on the target and run this again, or replace it whole with `reconciler repair`");
  }

  /** A part of it cannot be told by the target's times. */
  static KeylessRowsException withoutAnEnd(ColumnPair time) {
    return new KeylessRowsException(
        "has no key, and the target may keep less of "
            + time.source().name()
            + " than the source: which of its rows lie before an end cannot be told there. Copy it whole, with --until end");
  }
}
