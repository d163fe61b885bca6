package io.dualwrite.jdbc.wrap;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A result set that leads back to the wrapped statement. Its getters are plain calls that the JIT
 * compiler can inline; a whole read cycle costs some 20 ns above the bare driver's ({@code
 * benchmarks/README.md}). Rows changed through it are journaled: see {@link ChangedRows}.
 */
final class DualResultSet extends ForwardingResultSet {
  private final DualConnection connection;
  private final @Nullable Statement statement;
  private @Nullable ChangedRows changed;

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
  void unwrapping(Class<?> type) {
    connection.unwrapping(type);
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
    changeRow(false, true, ResultSet::insertRow);
  }

  @Override
  public void updateRow() throws SQLException {
    changeRow(true, true, ResultSet::updateRow);
  }

  @Override
  public void deleteRow() throws SQLException {
    changeRow(true, false, ResultSet::deleteRow);
  }

  private void changeRow(boolean wasThere, boolean isThere, ChangedRows.Change change)
      throws SQLException {
    CurrentTransaction transaction = connection.transaction();
    boolean mirrored = transaction.enter();
    try {
      if (!mirrored || delegate.getConcurrency() == ResultSet.CONCUR_READ_ONLY) {
        change.on(delegate);
        return;
      }
      if (changed == null) {
        changed = ChangedRows.of(connection, delegate);
      }
      changed.change(wasThere, isThere, change);
    } finally {
      transaction.leave();
    }
  }
}
