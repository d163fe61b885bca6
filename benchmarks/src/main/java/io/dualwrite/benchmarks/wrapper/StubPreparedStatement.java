package io.dualwrite.benchmarks.wrapper;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.CompilerControl;

/** Changes one row, finds some. */
public abstract class StubPreparedStatement implements PreparedStatement {
  private @Nullable Connection connection;
  private @Nullable StubResultSet rows;
  private long number;
  private @Nullable String text;

  void connect(Connection ofStatement, StubResultSet ofQueries) {
    connection = ofStatement;
    rows = ofQueries;
  }

  @Override
  public void setLong(int parameter, long value) {
    number = value;
  }

  @Override
  public void setString(int parameter, @Nullable String value) {
    text = value;
  }

  @Override
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public int executeUpdate() {
    return text == null ? (int) number : 1;
  }

  @Override
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public ResultSet executeQuery() throws SQLException {
    if (rows == null) {
      throw new SQLException("not connected");
    }
    rows.begin(number);
    return rows;
  }

  @Override
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public void close() {
    text = null;
  }

  @Override
  public boolean isClosed() {
    return false;
  }

  @Override
  public @Nullable Connection getConnection() {
    return connection;
  }

  @Override
  public int getFetchSize() {
    return 0;
  }

  @Override
  public @Nullable SQLWarning getWarnings() {
    return null;
  }

  @Override
  public void clearWarnings() {}
}
