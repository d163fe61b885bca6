package io.dualwrite.reconciler.database;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Everything as in another data source. */
abstract class ForwardingDataSource implements DataSource {
  private final DataSource to;

  ForwardingDataSource(DataSource to) {
    this.to = to;
  }

  @Override
  public Connection getConnection() throws SQLException {
    return to.getConnection();
  }

  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException("a side is used with its own credentials");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return to.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return to.isWrapperFor(type);
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    return to.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    to.setLogWriter(out);
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    to.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return to.getLoginTimeout();
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    return to.getParentLogger();
  }
}
