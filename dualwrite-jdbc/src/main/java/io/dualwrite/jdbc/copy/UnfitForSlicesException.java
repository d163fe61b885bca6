package io.dualwrite.jdbc.copy;

import java.sql.SQLException;

/**
 * A table cannot be delivered in slices, as it is by now: something else than its key is unique on
 * the secondary, say. It can be delivered as a whole.
 */
public final class UnfitForSlicesException extends SQLException {
  private static final long serialVersionUID = 1L;

  UnfitForSlicesException(String message) {
    super(message);
  }
}
