package io.dualwrite.reconciler.backfill;

/** The target has rows of a table without a key: which of the source's they are cannot be told. */
final class KeylessRowsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  KeylessRowsException(Span span) {
    super(
        "has no key, and the target has other rows of it already ("
            + span.label()
            + "): which they are cannot be told. Empty the table on the target and run this again, or replace it whole with `reconciler repair`");
  }
}
