package io.dualwrite.jdbc.wrap;

import java.sql.SQLException;
import org.postgresql.copy.CopyIn;

/** A load that is not mirrored; the statement that it is ends with it. */
final class PlainCopy extends ForwardingCopyIn {
  private final CurrentTransaction transaction;

  PlainCopy(CopyIn delegate, CurrentTransaction transaction) {
    super(delegate);
    this.transaction = transaction;
  }

  @Override
  public long endCopy() throws SQLException {
    try {
      return delegate.endCopy();
    } finally {
      transaction.leave();
    }
  }

  @Override
  public void cancelCopy() throws SQLException {
    try {
      delegate.cancelCopy();
    } finally {
      transaction.leave();
    }
  }
}
