package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/** A statement whose texts run as the migration asks. */
final class DualStatement extends ForwardingStatement implements ForwardingPGStatement {
  private final DualConnection connection;
  private final CurrentTransaction transaction;
  private @Nullable PendingBatch batch;
  private boolean keysTaken;

  DualStatement(DualConnection connection, Statement delegate) {
    super(delegate);
    this.connection = connection;
    this.transaction = connection.transaction();
  }

  @Override
  @Nullable ResultSet wrapped(@Nullable ResultSet result) {
    return connection.resultSet(result, this);
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
  public ResultSet executeQuery(String sql) throws SQLException {
    return new DualResultSet(
        connection,
        run(sql, RequestedKeys.NONE, false, (inner, text, keys) -> inner.executeQuery(text)),
        this);
  }

  @Override
  public boolean execute(String sql) throws SQLException {
    return run(
        sql,
        RequestedKeys.NONE,
        true,
        (inner, text, keys) ->
            keys ? inner.execute(text, RETURN_GENERATED_KEYS) : inner.execute(text));
  }

  @Override
  public int executeUpdate(String sql) throws SQLException {
    return run(
        sql,
        RequestedKeys.NONE,
        true,
        (inner, text, keys) ->
            keys ? inner.executeUpdate(text, RETURN_GENERATED_KEYS) : inner.executeUpdate(text));
  }

  @Override
  public long executeLargeUpdate(String sql) throws SQLException {
    return run(
        sql,
        RequestedKeys.NONE,
        true,
        (inner, text, keys) ->
            keys
                ? inner.executeLargeUpdate(text, RETURN_GENERATED_KEYS)
                : inner.executeLargeUpdate(text));
  }

  @Override
  public boolean execute(String sql, int generated) throws SQLException {
    return run(
        sql,
        Preparation.keys(generated),
        false,
        (inner, text, keys) -> inner.execute(text, generated));
  }

  @Override
  public int executeUpdate(String sql, int generated) throws SQLException {
    return run(
        sql,
        Preparation.keys(generated),
        false,
        (inner, text, keys) -> inner.executeUpdate(text, generated));
  }

  @Override
  public long executeLargeUpdate(String sql, int generated) throws SQLException {
    return run(
        sql,
        Preparation.keys(generated),
        false,
        (inner, text, keys) -> inner.executeLargeUpdate(text, generated));
  }

  @Override
  public boolean execute(String sql, int[] columns) throws SQLException {
    return run(sql, RequestedKeys.NONE, false, (inner, text, keys) -> inner.execute(text, columns));
  }

  @Override
  public int executeUpdate(String sql, int[] columns) throws SQLException {
    return run(
        sql, RequestedKeys.NONE, false, (inner, text, keys) -> inner.executeUpdate(text, columns));
  }

  @Override
  public long executeLargeUpdate(String sql, int[] columns) throws SQLException {
    return run(
        sql,
        RequestedKeys.NONE,
        false,
        (inner, text, keys) -> inner.executeLargeUpdate(text, columns));
  }

  @Override
  public boolean execute(String sql, String[] columns) throws SQLException {
    return run(
        sql, Preparation.keys(columns), false, (inner, text, keys) -> inner.execute(text, columns));
  }

  @Override
  public int executeUpdate(String sql, String[] columns) throws SQLException {
    return run(
        sql,
        Preparation.keys(columns),
        false,
        (inner, text, keys) -> inner.executeUpdate(text, columns));
  }

  @Override
  public long executeLargeUpdate(String sql, String[] columns) throws SQLException {
    return run(
        sql,
        Preparation.keys(columns),
        false,
        (inner, text, keys) -> inner.executeLargeUpdate(text, columns));
  }

  private <R> R run(String sql, RequestedKeys requested, boolean canReturnKeys, Call<R> call)
      throws SQLException {
    boolean mirrored = transaction.enter();
    try {
      keysTaken = false;
      if (!mirrored) {
        return call.on(delegate, sql, false);
      }
      return connection
          .execution()
          .run(connection.plan(sql, requested), new Text(sql, requested, canReturnKeys), call);
    } finally {
      transaction.leave();
    }
  }

  private final class Text implements StatementForms {
    private final String sql;
    private final RequestedKeys requested;
    private final boolean canReturnKeys;

    Text(String sql, RequestedKeys requested, boolean canReturnKeys) {
      this.sql = sql;
      this.requested = requested;
      this.canReturnKeys = canReturnKeys;
    }

    @Override
    public BoundParameters parameters() {
      return BoundParameters.NONE;
    }

    @Override
    public CapturePlan plan() throws SQLException {
      return connection.plan(sql, requested);
    }

    @Override
    public String sql() {
      return sql;
    }

    @Override
    public <R> R asWritten(Call<R> call) throws SQLException {
      return call.on(delegate, sql, false);
    }

    @Override
    public Statement inner(String text, boolean keys) {
      return delegate;
    }

    @Override
    public boolean canReturnKeys() {
      return canReturnKeys;
    }

    @Override
    public void keysTaken() {
      keysTaken = true;
    }
  }

  @Override
  public ResultSet getGeneratedKeys() throws SQLException {
    return new DualResultSet(
        connection, keysTaken ? connection.noKeys() : delegate.getGeneratedKeys(), this);
  }

  @Override
  public void addBatch(String sql) throws SQLException {
    boolean mirrored = transaction.enter();
    try {
      if (batch == null) {
        batch = connection.newBatch();
      }
      if (!mirrored) {
        delegate.addBatch(sql);
        batch.addedInPassThrough();
      } else if (connection.plan(sql, RequestedKeys.NONE)
          instanceof CapturePlan.Captured captured) {
        batch.addedCaptured(captured, sql);
        delegate.addBatch(captured.journaling());
      } else {
        batch.addedUncaptured(connection.plan(sql, RequestedKeys.NONE), sql);
        delegate.addBatch(sql);
      }
    } finally {
      transaction.leave();
    }
  }

  @Override
  public int[] executeBatch() throws SQLException {
    return runBatch(delegate::executeBatch);
  }

  @Override
  public long[] executeLargeBatch() throws SQLException {
    return runBatch(delegate::executeLargeBatch);
  }

  private <R> R runBatch(JournaledExecution.Work<R> work) throws SQLException {
    PendingBatch added = batch == null ? connection.newBatch() : batch;
    batch = null;
    return added.run(delegate, work);
  }

  @Override
  public void clearBatch() throws SQLException {
    delegate.clearBatch();
    forgetBatch();
  }

  @Override
  public void close() throws SQLException {
    forgetBatch();
    delegate.close();
  }

  private void forgetBatch() {
    PendingBatch.forget(batch);
    batch = null;
  }
}
