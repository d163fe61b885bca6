package io.dualwrite.benchmarks.wrapper;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.CompilerControl;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * Always idle, always open. What a real driver does in much code is kept from being compiled into
 * its caller, as it would be there.
 */
public abstract class StubConnection implements BaseConnection {
  private @Nullable PreparedStatement statement;
  private boolean autoCommit = true;

  void connect(PreparedStatement preparedStatement) {
    statement = preparedStatement;
  }

  private PreparedStatement statement() throws SQLException {
    if (statement == null) {
      throw new SQLException("not connected");
    }
    return statement;
  }

  @Override
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public PreparedStatement prepareStatement(String sql) throws SQLException {
    return statement();
  }

  @Override
  public TransactionState getTransactionState() {
    return TransactionState.IDLE;
  }

  @Override
  public boolean getStandardConformingStrings() {
    return true;
  }

  @Override
  public boolean getLogServerErrorDetail() {
    return true;
  }

  @Override
  public boolean getAutoCommit() {
    return autoCommit;
  }

  @Override
  public void setAutoCommit(boolean value) {
    autoCommit = value;
  }

  @Override
  public boolean isClosed() {
    return false;
  }

  @Override
  public void close() {}

  @Override
  public void commit() {}

  @Override
  public void rollback() {}

  @Override
  public boolean isValid(int timeout) {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public void setReadOnly(boolean readOnly) {}

  @Override
  public int getTransactionIsolation() {
    return Connection.TRANSACTION_READ_COMMITTED;
  }

  @Override
  public int getNetworkTimeout() {
    return 0;
  }

  @Override
  public void setNetworkTimeout(@Nullable Executor executor, int milliseconds) {}

  @Override
  public @Nullable String getCatalog() {
    return null;
  }

  @Override
  public @Nullable String getSchema() {
    return null;
  }

  @Override
  public @Nullable SQLWarning getWarnings() {
    return null;
  }

  @Override
  public void clearWarnings() {}

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return type.isInstance(this);
  }

  @Override
  public <T> T unwrap(Class<T> type) {
    return type.cast(this);
  }
}
