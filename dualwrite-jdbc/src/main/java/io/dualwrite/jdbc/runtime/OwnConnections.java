package io.dualwrite.jdbc.runtime;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * The application's data source as the migration uses it for itself: with auto-commit on, whatever
 * the application's pool is told to hand out. Otherwise a recorded gap or a cleared journal would
 * be rolled back when the connection is given back.
 */
final class OwnConnections extends ForwardingDataSource {
  OwnConnections(DataSource dataSource) {
    super(dataSource);
  }

  @Override
  public Connection getConnection() throws SQLException {
    return autoCommitting(dataSource.getConnection());
  }

  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    return autoCommitting(dataSource.getConnection(username, password));
  }

  private static Connection autoCommitting(Connection connection) throws SQLException {
    boolean ready = false;
    try {
      if (!connection.getAutoCommit()) {
        connection.setAutoCommit(true);
      }
      ready = true;
      return connection;
    } finally {
      if (!ready) {
        connection.close();
      }
    }
  }
}
