package io.dualwrite.jdbc.copy;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;

/**
 * A table has gained or lost columns since its schema was read. To copy its rows by what was known
 * then would lose the values of a new column; the schema has to be read again first.
 */
public final class ChangedTableException extends SQLException {
  private static final long serialVersionUID = 1L;

  private ChangedTableException(String message) {
    super(message);
  }

  static void throwUnless(TablePair pair, Side side, int columns) throws ChangedTableException {
    int known = pair.on(side).columns().size();
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
