package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transaction around a load: the application's, or under auto-commit one of our own, so that
 * rows and entries are committed together.
 */
final class LoadTransaction {
  private static final Logger LOG = LoggerFactory.getLogger(LoadTransaction.class);

  private final Mirroring mirroring;
  private final Connection raw;
  private final CurrentTransaction transaction;
  private final boolean own;
  private boolean begun;

  LoadTransaction(DualConnection connection, boolean own) {
    this.mirroring = connection.mirroring();
    this.raw = connection.raw();
    this.transaction = connection.transaction();
    this.own = own;
  }

  void begin() throws SQLException {
    if (own) {
      raw.setAutoCommit(false);
      begun = true;
    }
  }

  /** What was loaded is journaled: it ends with the application's transaction, or now. */
  void commit(CapturePlan.Load plan) throws SQLException {
    transaction.journaled(plan.table());
    if (own) {
      mirroring.commit(raw, transaction.touched());
      transaction.nothingTouched();
      raw.setAutoCommit(true);
      begun = false;
    }
    transaction.leave();
  }

  /** The load has failed; the application's own transaction is left to the application. */
  void rollBack() {
    if (begun) {
      begun = false;
      try {
        raw.rollback();
        raw.setAutoCommit(true);
      } catch (SQLException e) {
        LOG.debug("Ending a load that failed failed: {}", e.getSQLState());
      }
      transaction.nothingTouched();
    }
  }
}
