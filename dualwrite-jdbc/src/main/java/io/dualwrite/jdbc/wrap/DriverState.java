package io.dualwrite.jdbc.wrap;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.AutoSave;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the driver knows of one connection: what the server last said of the transaction, and what
 * the driver itself does to it. Little is known where it is not PostgreSQL's own. Confined to the
 * connection's thread.
 */
final class DriverState {
  private static final Logger LOG = LoggerFactory.getLogger(DriverState.class);

  private final Connection raw;
  private final @Nullable BaseConnection driver;

  DriverState(Connection raw) throws SQLException {
    this.raw = raw;
    this.driver = raw.isWrapperFor(BaseConnection.class) ? raw.unwrap(BaseConnection.class) : null;
  }

  /** Whether it is PostgreSQL's own. */
  boolean isKnown() {
    return driver != null;
  }

  /** The driver's own connection. */
  BaseConnection connection() {
    if (driver == null) {
      throw new UnsupportedOperationException("not a connection of PostgreSQL's driver");
    }
    return driver;
  }

  /** Whether the server is in no transaction; false where that is not known. */
  boolean isIdle() {
    return driver != null && driver.getTransactionState() == TransactionState.IDLE;
  }

  /**
   * Whether the server is inside a transaction in which nothing has failed; false where that is not
   * known.
   */
  boolean isOpen() {
    return driver != null && driver.getTransactionState() == TransactionState.OPEN;
  }

  /** Whether the driver takes back what fails, and the transaction goes on without it. */
  boolean outlivesFailures() {
    return driver != null && driver.getAutosave() != AutoSave.NEVER;
  }

  /** Does what the transaction may not go on without: where it fails, all of it has failed. */
  void indispensable(JournaledExecution.Work<?> work) throws SQLException {
    BaseConnection own = driver;
    AutoSave before = own == null ? AutoSave.NEVER : own.getAutosave();
    if (own != null && before != AutoSave.NEVER) {
      own.setAutosave(AutoSave.NEVER);
    }
    boolean done = false;
    try {
      work.run();
      done = true;
    } finally {
      if (!done && isOpen()) {
        failOnServer();
      }
      if (own != null && before != AutoSave.NEVER) {
        own.setAutosave(before);
      }
    }
  }

  /** What failed on this side alone must not be committed by an application that goes on. */
  private void failOnServer() {
    try (Statement statement = raw.createStatement()) {
      statement.execute(
          "DO $dualwrite$ BEGIN RAISE EXCEPTION 'the rows written cannot be named in the journal'; END $dualwrite$");
    } catch (SQLException e) {
      LOG.debug("The transaction is failed on purpose: {}", e.getSQLState());
    }
  }

  /** How the driver sends a batch as it was written; null: each row by itself. */
  @Nullable RewrittenBatch rewrittenBatch(String sql, int rows) throws SQLException {
    return driver == null ? null : RewrittenBatch.of(driver, sql, rows);
  }

  /** Whether a backslash in a plain string constant means itself. */
  boolean readsStringsAsStandard() {
    return driver == null || driver.getStandardConformingStrings();
  }

  /** Whether the driver's exceptions tell the server's details. */
  boolean tellsDetail() {
    return driver == null || driver.getLogServerErrorDetail();
  }
}
