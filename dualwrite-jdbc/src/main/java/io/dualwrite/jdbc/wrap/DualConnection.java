package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import java.sql.Array;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.QueryExecutor;

/**
 * A connection to the primary whose writes to mirrored tables are journaled in the transaction that
 * makes them. Everything that the application sees is the primary's answer.
 *
 * <p>Whether a transaction is mirrored is decided at its first statement and holds until it ends;
 * under auto-commit each statement decides for itself. Like any connection it is for one thread at
 * a time. A crash loses what a crash of the bare connection loses: what was not committed.
 */
public final class DualConnection extends DriverConnection {
  private static final CapturePlan UNREADABLE =
      new CapturePlan.Unmirrored(
          "strings",
          "With standard_conforming_strings off, a text with a backslash cannot be read reliably. Switch it on and write E'…' where needed.");

  private final Mirroring mirroring;
  private final SessionNames names;
  private final CurrentTransaction transaction;
  private final JournaledExecution journaled;
  private final Execution execution;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Of the statement closed last, for the next one: most applications have one open at a time. */
  private final AtomicReference<@Nullable Parameters> spare = new AtomicReference<>();

  private final Runnable afterClose;

  private boolean schemaSet;

  private DualConnection(
      Connection raw, Mirroring mirroring, SessionNames names, Runnable afterClose)
      throws SQLException {
    super(raw);
    this.afterClose = afterClose;
    this.mirroring = mirroring;
    this.names = names;
    this.transaction = new CurrentTransaction(mirroring, raw, names);
    this.journaled = new JournaledExecution(mirroring, raw, transaction);
    this.execution =
        new Execution(
            mirroring,
            names,
            transaction,
            journaled,
            new Repetition(mirroring, raw, names, transaction));
  }

  /**
   * Wraps a connection to the primary. Closing the wrapper closes it.
   *
   * @param raw the connection, perhaps a pool's
   * @param mirroring the migration
   * @param names what is known of the physical connection's names: see {@link PhysicalSessions}
   */
  public static Connection wrap(Connection raw, Mirroring mirroring, SessionNames names)
      throws SQLException {
    return wrap(raw, mirroring, names, () -> {});
  }

  /**
   * The same.
   *
   * @param afterClose runs once, after the connection was closed or aborted
   */
  public static Connection wrap(
      Connection raw, Mirroring mirroring, SessionNames names, Runnable afterClose)
      throws SQLException {
    DualConnection connection = new DualConnection(raw, mirroring, names, afterClose);
    mirroring.opened(connection.transaction);
    return connection;
  }

  Connection raw() {
    return delegate;
  }

  @Override
  Mirroring mirroring() {
    return mirroring;
  }

  @Override
  CurrentTransaction transaction() {
    return transaction;
  }

  JournaledExecution journaled() {
    return journaled;
  }

  Execution execution() {
    return execution;
  }

  @Override
  CapturePlan plan(String sql, RequestedKeys keys) throws SQLException {
    return transaction.driver().readsStringsAsStandard() || sql.indexOf('\\') < 0
        ? mirroring.plan(delegate, names, sql, keys)
        : UNREADABLE;
  }

  Parameters takeParameters() {
    Parameters parameters = spare.getAndSet(null);
    return parameters == null ? new Parameters() : parameters;
  }

  void giveBack(Parameters parameters) {
    parameters.clear();
    spare.setRelease(parameters);
  }

  PendingBatch newBatch() {
    return new PendingBatch(mirroring, transaction, execution, journaled);
  }

  @Nullable ResultSet resultSet(@Nullable ResultSet raw, @Nullable Statement statement) {
    return raw == null ? null : new DualResultSet(this, raw, statement);
  }

  /** What a statement that was asked for no generated keys answers. */
  ResultSet noKeys() throws SQLException {
    Statement never = delegate.createStatement();
    try {
      never.closeOnCompletion();
      return never.getGeneratedKeys();
    } catch (SQLException e) {
      never.close();
      throw e;
    }
  }

  /** A statement that the driver made for itself. */
  Statement statement(Statement raw) {
    return new DualStatement(this, raw);
  }

  @Nullable Array array(@Nullable Array raw) {
    return raw == null ? null : new DualArray(this, raw);
  }

  /** A value of a kind that is not declared: what leads to a statement is wrapped. */
  @Nullable Object value(@Nullable Object raw) {
    if (raw instanceof Array array) {
      return new DualArray(this, array);
    }
    return raw instanceof ResultSet rows ? new DualResultSet(this, rows, null) : raw;
  }

  <T> @Nullable T value(@Nullable T raw, Class<T> type) {
    Object value = value(raw);
    return type.isInstance(value) ? type.cast(value) : raw;
  }

  @Override
  Array wrapped(Array array) {
    return new DualArray(this, array);
  }

  @Override
  ResultSet rows(ResultSet raw) {
    return new DualResultSet(this, raw, null);
  }

  @Override
  QueryExecutor executor(BaseConnection driver) {
    return LoadingExecutor.of(this, driver);
  }

  @Override
  void unwrapping(Class<?> type) {
    mirroring.bypass("unwrap:" + type.getSimpleName());
  }

  @Override
  public DatabaseMetaData getMetaData() throws SQLException {
    return new DualDatabaseMetaData(this, delegate.getMetaData());
  }

  @Override
  public Statement createStatement() throws SQLException {
    return new DualStatement(this, delegate.createStatement());
  }

  @Override
  public Statement createStatement(int type, int concurrency) throws SQLException {
    return new DualStatement(this, delegate.createStatement(type, concurrency));
  }

  @Override
  public Statement createStatement(int type, int concurrency, int holdability) throws SQLException {
    return new DualStatement(this, delegate.createStatement(type, concurrency, holdability));
  }

  @Override
  public PreparedStatement prepareStatement(String sql) throws SQLException {
    return prepare(sql, Preparation.PLAIN);
  }

  @Override
  public PreparedStatement prepareStatement(String sql, int type, int concurrency)
      throws SQLException {
    return prepare(sql, (raw, text) -> raw.prepareStatement(text, type, concurrency));
  }

  @Override
  public PreparedStatement prepareStatement(String sql, int type, int concurrency, int holdability)
      throws SQLException {
    return prepare(sql, (raw, text) -> raw.prepareStatement(text, type, concurrency, holdability));
  }

  @Override
  public PreparedStatement prepareStatement(String sql, int autoGeneratedKeys) throws SQLException {
    return prepare(
        sql,
        autoGeneratedKeys == Statement.RETURN_GENERATED_KEYS
            ? Preparation.WITH_KEYS
            : Preparation.WITHOUT_KEYS);
  }

  @Override
  public PreparedStatement prepareStatement(String sql, int[] columnIndexes) throws SQLException {
    return prepare(sql, (raw, text) -> raw.prepareStatement(text, columnIndexes));
  }

  @Override
  public PreparedStatement prepareStatement(String sql, String[] columnNames) throws SQLException {
    return prepare(sql, Preparation.withColumns(columnNames));
  }

  private PreparedStatement prepare(String sql, Preparation preparation) throws SQLException {
    CapturePlan likely =
        transaction.expectsMirroring() ? mirroring.knownPlan(names, sql, preparation.keys()) : null;
    return DualPreparedStatement.prepare(this, sql, preparation, likely);
  }

  @Override
  public CallableStatement prepareCall(String sql) throws SQLException {
    return new DualCallableStatement(this, delegate.prepareCall(sql), sql);
  }

  @Override
  public CallableStatement prepareCall(String sql, int type, int concurrency) throws SQLException {
    return new DualCallableStatement(this, delegate.prepareCall(sql, type, concurrency), sql);
  }

  @Override
  public CallableStatement prepareCall(String sql, int type, int concurrency, int holdability)
      throws SQLException {
    return new DualCallableStatement(
        this, delegate.prepareCall(sql, type, concurrency, holdability), sql);
  }

  @Override
  public void setAutoCommit(boolean autoCommit) throws SQLException {
    transaction.autoCommit(autoCommit);
  }

  @Override
  public void commit() throws SQLException {
    transaction.commit();
  }

  @Override
  public void rollback() throws SQLException {
    transaction.rollback();
  }

  @Override
  public void rollback(Savepoint savepoint) throws SQLException {
    delegate.rollback(savepoint);
    transaction.rolledBackInPart();
  }

  @Override
  public Savepoint setSavepoint() throws SQLException {
    transaction.enter();
    try {
      return delegate.setSavepoint();
    } finally {
      transaction.leave();
    }
  }

  @Override
  public Savepoint setSavepoint(String name) throws SQLException {
    transaction.enter();
    try {
      return delegate.setSavepoint(name);
    } finally {
      transaction.leave();
    }
  }

  @Override
  public void setSchema(String schema) throws SQLException {
    schemaSet = true;
    transaction.namesChanged();
    delegate.setSchema(schema);
  }

  @Override
  public void setCatalog(String catalog) throws SQLException {
    transaction.namesChanged();
    delegate.setCatalog(catalog);
  }

  @Override
  public void close() throws SQLException {
    try {
      delegate.close();
    } finally {
      if (closed.compareAndSet(false, true)) {
        if (schemaSet) {
          // A pool sets it back.
          names.searchPath(null);
        }
        transaction.ended();
        mirroring.closed(transaction);
        afterClose.run();
      }
    }
  }

  @Override
  public void abort(Executor executor) throws SQLException {
    try {
      delegate.abort(executor);
    } finally {
      if (closed.compareAndSet(false, true)) {
        mirroring.closed(transaction);
        afterClose.run();
      }
    }
  }
}
