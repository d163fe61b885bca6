package io.dualwrite.reconciler.backfill;

import io.dualwrite.jdbc.schema.ColumnPair;
import io.dualwrite.jdbc.schema.TablePair;

/** Rows of a table without a key that cannot be copied: no row can be told from another. */
final class KeylessRowsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private KeylessRowsException(String message) {
    super(message);
  }

  /** The target has rows of it: which of the source's they are cannot be told. */
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

  /** It would have to be copied row by row. */
  static KeylessRowsException rowByRow(TablePair table) {
    return new KeylessRowsException(
        "has no key and a column of a type that COPY reads otherwise than a cast does (\"char\"), so that it would have to be copied row by row. Replace it whole with `reconciler repair --table "
            + table.name()
            + "`");
  }
}
