package io.dualwrite.jdbc.copy;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;

/**
 * A table has gained or lost columns, or its key is another, since its schema was read, or it was
 * rewritten while its rows were. To copy its rows by what was known then would lose values or rows;
 * the schema has to be read again first.
 */
public final class ChangedTableException extends SQLException {
  private static final long serialVersionUID = 1L;

  private ChangedTableException(String message) {
    super(message);
  }

  /** Entries name rows of the table by another key than is known here. */
  public static ChangedTableException ofKey(String table) {
    return new ChangedTableException(
        table + " is written by another key than is known here: its schema is read again");
  }

  /** Its rows lie elsewhere than when the snapshot was taken, which may not show them. */
  static ChangedTableException ofRows(String table) {
    return new ChangedTableException(
        table + " was rewritten or emptied while its rows were read: they are read again");
  }

  /** Another table has its name. */
  public static ChangedTableException ofTable(TablePair pair, Side side) {
    return new ChangedTableException(
        pair.name() + " was replaced by another table on the " + side.label() + " meanwhile");
  }

  /** Its columns are others than were read, or have other types. */
  public static ChangedTableException ofColumns(TablePair pair, Side side) {
    return new ChangedTableException(
        pair.name() + " was altered on the " + side.label() + " meanwhile: its columns are others");
  }

  /** Its columns' types or its unique keys are others than were known. */
  static ChangedTableException ofDefinition(TablePair pair, Side side) {
    return new ChangedTableException(
        pair.name()
            + " is defined otherwise on the "
            + side.label()
            + " by now: its schema is read again");
  }

  static void throwUnless(TablePair pair, Side side, int columns) throws ChangedTableException {
    int known = pair.on(side).columns().size();
    if (columns < 0) {
      throw new ChangedTableException(
          pair.name()
              + " has another key on the "
              + side.label()
              + " by now: its schema is read again");
    }
    if (columns != known) {
      throw new ChangedTableException(
          pair.name()
              + " has "
              + columns
              + " columns on the "
              + side.label()
              + " now, not "
              + known
              + ": its schema is read again");
    }
  }
}
