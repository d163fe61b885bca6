package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A result set that leads back to the wrapped statement. Its getters are plain calls that the JIT
 * compiler can inline; a whole read cycle costs some 20 ns above the bare driver's ({@code
 * benchmarks/README.md}). Rows changed through it are not captured.
 */
final class DualResultSet extends ForwardingResultSet {
  private static final CapturePlan.Unmirrored ROW_CHANGE =
      new CapturePlan.Unmirrored(
          "updatable-result-set",
          "Rows changed through a result set are not captured: use INSERT, UPDATE and DELETE instead.");

  private final DualConnection connection;
  private final @Nullable Statement statement;

  /**
   * Wraps a result set.
   *
   * @param statement the wrapped statement that it came from; null: one that the driver made for
   *     itself
   */
  DualResultSet(DualConnection connection, ResultSet delegate, @Nullable Statement statement) {
    super(delegate);
    this.connection = connection;
    this.statement = statement;
  }

  @Override
  @Nullable Statement wrapped(@Nullable Statement raw) {
    if (raw == null) {
      return null;
    }
    return statement == null ? connection.statement(raw) : statement;
  }

  @Override
  @Nullable Array wrapped(@Nullable Array array) {
    return connection.array(array);
  }

  @Override
  @Nullable Object wrapped(@Nullable Object value) {
    return connection.value(value);
  }

  @Override
  public <T> @Nullable T getObject(int column, Class<T> type) throws SQLException {
    return connection.value(delegate.getObject(column, type), type);
  }

  @Override
  public <T> @Nullable T getObject(String column, Class<T> type) throws SQLException {
    return connection.value(delegate.getObject(column, type), type);
  }

  @Override
  public void insertRow() throws SQLException {
    changeRow(ResultSet::insertRow);
  }

  @Override
  public void updateRow() throws SQLException {
    changeRow(ResultSet::updateRow);
  }

  @Override
  public void deleteRow() throws SQLException {
    changeRow(ResultSet::deleteRow);
  }

  private interface RowChange {
    void on(ResultSet rows) throws SQLException;
  }

  private void changeRow(RowChange change) throws SQLException {
    CurrentTransaction transaction = connection.transaction();
    boolean mirrored = transaction.enter();
    try {
      if (mirrored) {
        connection.mirroring().unmirrored(ROW_CHANGE);
      }
      change.on(delegate);
    } finally {
      transaction.leave();
    }
  }
}
