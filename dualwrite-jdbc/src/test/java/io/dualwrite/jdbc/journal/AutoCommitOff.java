package io.dualwrite.jdbc.journal;

import io.dualwrite.jdbc.runtime.ForwardingDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Hands out connections with auto-commit off, as some pools are told to. */
public final class AutoCommitOff extends ForwardingDataSource {
  public AutoCommitOff(DataSource inner) {
    super(inner);
  }

  @Override
  protected Connection adapted(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    return connection;
  }
}
