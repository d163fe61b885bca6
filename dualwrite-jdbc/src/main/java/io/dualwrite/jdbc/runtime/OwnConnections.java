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
  protected Connection adapted(Connection connection) throws SQLException {
    Connection lent =
        dataSource instanceof HikariDataSource ? connection : new LentConnection(connection);
    if (!connection.getAutoCommit()) {
      connection.setAutoCommit(true);
    }
    return lent;
  }
}
