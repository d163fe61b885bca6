package io.dualwrite.jdbc.runtime;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * The application's data source as the migration uses it for itself: with auto-commit on, whatever
 * the application's pool is told to hand out. Otherwise a recorded gap or a cleared journal would
 * be rolled back when the connection is given back. The pool gets it back as it was.
 */
final class OwnConnections extends ForwardingDataSource {
  /**
   * A connection that has no limit of its own is given up when the server says nothing for so long:
   * the network may have forgotten it, and nobody would heartbeat, look at the journal or record a
   * gap any more.
   */
  private static final int SILENCE_MILLIS = 30_000;

  OwnConnections(DataSource dataSource) {
    super(dataSource);
  }

  @Override
  protected Connection adapted(Connection connection) throws SQLException {
    Connection lent =
        dataSource instanceof HikariDataSource ? connection : new LentConnection(connection);
    if (!connection.getAutoCommit()) {
      connection.setAutoCommit(true);
    }
    if (lent.getNetworkTimeout() == 0) {
      lent.setNetworkTimeout(Runnable::run, SILENCE_MILLIS);
    }
    return lent;
  }
}
