package io.dualwrite.jdbc.wrap;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;

/**
 * Exceptions that tell the application to run its transaction again: SQLState 40001, as after a
 * serialization failure.
 */
final class RetryLater {
  private static final String STATE = "40001";

  private RetryLater() {}

  /** The journal failed inside a transaction, or inside a batch that may be done in part. */
  static SQLException journalFailed(SQLException cause) {
    String reason =
        "The journal could not be written, so this transaction cannot be mirrored and was not committed."
            + " Run it again: it will go to the primary alone.";
    if (cause instanceof BatchUpdateException batch) {
      SQLException failure =
          new BatchUpdateException(reason, STATE, 0, batch.getLargeUpdateCounts(), batch);
      return failure;
    }
    return new SQLTransactionRollbackException(reason, STATE, cause);
  }

  /** A key was renamed elsewhere, and the failed statement has ended the transaction. */
  static SQLException schemaChanged(SQLException cause) {
    return new SQLTransactionRollbackException(
        "The schema of a mirrored table was changed elsewhere a moment ago, which this transaction could not know of yet. Run it again.",
        STATE,
        cause);
  }

  /** A statement has to be prepared in another form, and what was set on it cannot be set again. */
  static SQLException parametersGone() {
    return new SQLTransactionRollbackException(
        "Mirroring was switched, or the schema changed, after this statement's parameters were set, and they cannot be set again"
            + " (streams are read once). Nothing was executed: set them and execute again.",
        STATE);
  }
}
