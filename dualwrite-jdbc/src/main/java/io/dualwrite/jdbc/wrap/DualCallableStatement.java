package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import java.sql.Array;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/**
 * A call. It runs as it is written; what it may write is not captured and is treated by {@code
 * unmirrored}.
 */
final class DualCallableStatement extends ForwardingCallableStatement
    implements ForwardingPGStatement {
  private static final CapturePlan.Unmirrored CALL =
      new CapturePlan.Unmirrored(
          "call",
          "What a CallableStatement writes is not captured: prepare an INSERT, UPDATE or DELETE with prepareStatement instead.");

  private final DualConnection connection;
  private final CurrentTransaction transaction;
  private final String sql;
  private @Nullable PendingBatch batch;

  DualCallableStatement(DualConnection connection, CallableStatement delegate, String sql) {
    super(delegate);
    this.connection = connection;
    this.transaction = connection.transaction();
    this.sql = sql;
  }

  @Override
  @Nullable ResultSet wrapped(@Nullable ResultSet result) {
    return connection.resultSet(result, this);
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
  public <T> @Nullable T getObject(int parameter, Class<T> type) throws SQLException {
    return connection.value(delegate.getObject(parameter, type), type);
  }

  @Override
  public <T> @Nullable T getObject(String parameter, Class<T> type) throws SQLException {
    return connection.value(delegate.getObject(parameter, type), type);
  }

  @Override
  public PGStatement asPGStatement() {
    return PostgresStatements.of(delegate);
  }

  @Override
  void unwrapping(Class<?> type) {
    connection.unwrapping(type);
  }

  @Override
  public Connection getConnection() throws SQLException {
    delegate.getConnection();
    return connection;
  }

  @Override
  public void setArray(int parameter, @Nullable Array array) throws SQLException {
    delegate.setArray(parameter, array instanceof DualArray wrapped ? wrapped.delegate : array);
  }

  @Override
  public ResultSet executeQuery() throws SQLException {
    return new DualResultSet(connection, run(delegate::executeQuery), this);
  }

  @Override
  public boolean execute() throws SQLException {
    return run(delegate::execute);
  }

  @Override
  public int executeUpdate() throws SQLException {
    return run(delegate::executeUpdate);
  }

  @Override
  public long executeLargeUpdate() throws SQLException {
    return run(delegate::executeLargeUpdate);
  }

  private <R> R run(JournaledExecution.Work<R> work) throws SQLException {
    CapturePlan.Unmirrored unmirrored = null;
    boolean mirrored = transaction.enter();
    try {
      if (mirrored) {
        unmirrored = unmirrored();
      }
      if (unmirrored != null) {
        transaction.unmirrored(unmirrored);
      }
      return work.run();
    } finally {
      if (unmirrored != null) {
        connection.execution().anythingMayHaveChanged(unmirrored);
      }
      transaction.leave();
    }
  }

  /** What is reported; null for a read. */
  private CapturePlan.@Nullable Unmirrored unmirrored() throws SQLException {
    CapturePlan plan = connection.plan(sql, RequestedKeys.NONE);
    if (plan instanceof CapturePlan.PassThrough) {
      return null;
    }
    return plan instanceof CapturePlan.Unmirrored unmirrored ? unmirrored : CALL;
  }

  @Override
  public void addBatch() throws SQLException {
    boolean mirrored = transaction.enter();
    try {
      if (batch == null) {
        batch = connection.newBatch();
      }
      CapturePlan.Unmirrored unmirrored = mirrored ? unmirrored() : null;
      if (unmirrored != null) {
        batch.addedUncaptured(unmirrored, sql);
      } else if (!mirrored) {
        batch.addedInPassThrough();
      }
      delegate.addBatch();
    } finally {
      transaction.leave();
    }
  }

  @Override
  public int[] executeBatch() throws SQLException {
    return PendingBatch.run(takeBatch(), delegate, delegate::executeBatch);
  }

  @Override
  public long[] executeLargeBatch() throws SQLException {
    return PendingBatch.run(takeBatch(), delegate, delegate::executeLargeBatch);
  }

  private @Nullable PendingBatch takeBatch() {
    PendingBatch added = batch;
    batch = null;
    return added;
  }

  @Override
  public void clearBatch() throws SQLException {
    delegate.clearBatch();
    PendingBatch.forget(takeBatch());
  }

  @Override
  public void close() throws SQLException {
    PendingBatch.forget(takeBatch());
    delegate.close();
  }
}
