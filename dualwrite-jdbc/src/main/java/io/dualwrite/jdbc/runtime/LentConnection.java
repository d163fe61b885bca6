package io.dualwrite.jdbc.runtime;

import io.dualwrite.jdbc.copy.Failures;
import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of the application's pool, given back with the auto-commit and the network timeout
 * that it came with: HikariCP sets them again by itself, other pools hand out what they got.
 */
final class LentConnection extends ForwardingConnection {
  private static final Logger LOG = LoggerFactory.getLogger(LentConnection.class);

  private final boolean autoCommit;
  private final int networkTimeout;
  private boolean givenBack;

  LentConnection(Connection connection) throws SQLException {
    super(connection);
    this.autoCommit = connection.getAutoCommit();
    this.networkTimeout = connection.getNetworkTimeout();
  }

  @Override
  public void close() throws SQLException {
    if (givenBack) {
      return;
    }
    givenBack = true;
    try {
      if (!delegate.isClosed()) {
        delegate.setNetworkTimeout(Runnable::run, networkTimeout);
        delegate.setAutoCommit(autoCommit);
      }
    } catch (SQLException e) {
      // Then it is broken, which its pool finds out by itself.
      LOG.debug("Setting a connection as it was failed: {}", Failures.describe(e));
    } finally {
      delegate.close();
    }
  }
}
