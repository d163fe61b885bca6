package io.dualwrite.benchmarks.wrapper;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What one writes by hand to stand between an application and a driver. */
public abstract class DelegateConnection implements Connection {
  private @Nullable Connection delegate;

  static Connection around(Connection connection) {
    DelegateConnection wrapper = StubDriver.complete(DelegateConnection.class);
    wrapper.connect(connection);
    return wrapper;
  }

  void connect(Connection raw) {
    delegate = raw;
  }

  private Connection delegate() throws SQLException {
    if (delegate == null) {
      throw new SQLException("not connected");
    }
    return delegate;
  }

  @Override
  public PreparedStatement prepareStatement(String sql) throws SQLException {
    return DelegateStatement.around(this, delegate().prepareStatement(sql));
  }

  @Override
  public void close() throws SQLException {
    delegate().close();
  }
}
