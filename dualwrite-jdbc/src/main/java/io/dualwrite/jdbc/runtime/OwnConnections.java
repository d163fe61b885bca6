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

  private Connection autoCommitting(Connection connection) throws SQLException {
    boolean ready = false;
    try {
      Connection lent =
          dataSource instanceof HikariDataSource ? connection : new LentConnection(connection);
      if (!connection.getAutoCommit()) {
        connection.setAutoCommit(true);
      }
      ready = true;
      return lent;
    } finally {
      if (!ready) {
        connection.close();
      }
    }
  }
}
