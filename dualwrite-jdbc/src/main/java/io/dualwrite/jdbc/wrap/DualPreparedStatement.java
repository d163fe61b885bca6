package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import io.dualwrite.jdbc.capture.SentKeys;
import io.dualwrite.jdbc.load.SentRows;
import java.io.InputStream;
import java.sql.BatchUpdateException;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/**
 * A prepared statement that runs its text in the form that the migration asks for at the time. The
 * inner statement is prepared in the form that is likely; where another is needed when it runs, it
 * is prepared anew and the parameters are set again as they were given.
 */
final class DualPreparedStatement extends ForwardingPreparedStatement
    implements ForwardingPGStatement, StatementForms {
  private static final Call<ResultSet> QUERY =
      new Call<>() {
        @Override
        public ResultSet on(Statement inner, String text, boolean keys) throws SQLException {
          return ((PreparedStatement) inner).executeQuery();
        }

        @Override
        public boolean acceptsKeys() {
          return false;
        }
      };

  private static final Call<Boolean> EXECUTE =
      (inner, text, keys) -> ((PreparedStatement) inner).execute();
  private static final Call<Integer> UPDATE =
      (inner, text, keys) -> ((PreparedStatement) inner).executeUpdate();
  private static final Call<Long> LARGE_UPDATE =
      (inner, text, keys) -> ((PreparedStatement) inner).executeLargeUpdate();

  private static final int[] NO_PARAMETERS = {};

  private final DualConnection connection;
  private final CurrentTransaction transaction;
  private final Preparation preparation;
  private final String sql;

  /**
   * What the inner statement was prepared with; the application's own object where it is as
   * written.
   */
  private String text;

  /**
   * Whether the inner statement returns its rows' keys as generated keys, of which the application
   * is to see nothing.
   */
  private boolean keys;

  private boolean recording;
  private boolean setUnrecorded;
  private @Nullable Parameters parameters;
  private @Nullable PendingBatch batch;
  private @Nullable SentRows sentRows;
  private int[] keyParameters = NO_PARAMETERS;

  private DualPreparedStatement(
      DualConnection connection,
      PreparedStatement delegate,
      String sql,
      Preparation preparation,
      String text,
      boolean keys,
      boolean recording) {
    super(delegate);
    this.connection = connection;
    this.transaction = connection.transaction();
    this.sql = sql;
    this.preparation = preparation;
    this.text = text;
    this.keys = keys;
    this.recording = recording;
  }

  /**
   * Prepares a text.
   *
   * @param likely the plan for it, if it is known already and will probably apply
   */
  static PreparedStatement prepare(
      DualConnection connection, String sql, Preparation preparation, @Nullable CapturePlan likely)
      throws SQLException {
    if (likely instanceof CapturePlan.Captured captured && !sendsKeys(connection, captured)) {
      String returningKeys =
          preparation.canReturnKeys() ? JournaledExecution.keysInMemory(captured) : null;
      String text = returningKeys == null ? captured.journaling() : returningKeys;
      Preparation how = returningKeys == null ? preparation : Preparation.WITH_KEYS;
      return new DualPreparedStatement(
          connection,
          how.prepare(connection.raw(), text),
          sql,
          preparation,
          text,
          returningKeys != null,
          !text.equals(sql) || connection.mirroring().repeatsReads());
    }
    PreparedStatement inner = preparation.prepare(connection.raw(), sql);
    boolean recording =
        (likely == null
                ? StatementText.mayBeRewritten(sql)
                : likely instanceof CapturePlan.Captured)
            || connection.mirroring().repeatsReads();
    return new DualPreparedStatement(connection, inner, sql, preparation, sql, false, recording);
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
  @SuppressWarnings("unchecked") // what an array wraps is an array
  <V> V beforeSet(V value) throws SQLException {
    if (value instanceof DualArray array) {
      return (V) array.delegate;
    }
    // A batch under way has its form already.
    if (recording && batch == null && Parameters.isOnce(value)) {
      decideForm();
    }
    return value;
  }

  @Override
  void afterSet(
      int position, int setter, long bits, @Nullable Object first, @Nullable Object second) {
    if (!recording) {
      setUnrecorded = true;
      return;
    }
    if (parameters == null) {
      parameters = connection.takeParameters();
    }
    parameters.set(position, setter, bits, first, second);
  }

  @Override
  public void setBlob(int parameter, @Nullable Blob value) throws SQLException {
    LargeObjects.made(connection, value);
    super.setBlob(parameter, value);
  }

  @Override
  public void setBlob(int parameter, @Nullable InputStream value) throws SQLException {
    LargeObjects.made(connection, value);
    super.setBlob(parameter, value);
  }

  @Override
  public void setBlob(int parameter, @Nullable InputStream value, long length) throws SQLException {
    LargeObjects.made(connection, value);
    super.setBlob(parameter, value, length);
  }

  @Override
  public void setClob(int parameter, @Nullable Clob value) throws SQLException {
    LargeObjects.made(connection, value);
    super.setClob(parameter, value);
  }

  @Override
  public void setObject(int parameter, @Nullable Object value) throws SQLException {
    LargeObjects.madeOf(connection, value, Types.OTHER);
    super.setObject(parameter, value);
  }

  @Override
  public void setObject(int parameter, @Nullable Object value, int type) throws SQLException {
    LargeObjects.madeOf(connection, value, type);
    super.setObject(parameter, value, type);
  }

  @Override
  public void setObject(int parameter, @Nullable Object value, int type, int scale)
      throws SQLException {
    LargeObjects.madeOf(connection, value, type);
    super.setObject(parameter, value, type, scale);
  }

  @Override
  public void clearParameters() throws SQLException {
    delegate.clearParameters();
    forgetParameters();
  }

  private void forgetParameters() {
    setUnrecorded = false;
    Parameters set = parameters;
    if (set != null) {
      parameters = null;
      connection.giveBack(set);
    }
  }

  /**
   * A value that can be set only once is about to be: it should meet the inner statement that will
   * run.
   */
  private void decideForm() throws SQLException {
    boolean mirrored = transaction.enter();
    try {
      if (mirrored && plan() instanceof CapturePlan.Captured captured) {
        inner(captured);
      } else {
        inner(sql, false);
      }
    } finally {
      transaction.leave();
    }
  }

  @Override
  public @Nullable BoundParameters parameters() {
    if (setUnrecorded) {
      return null;
    }
    return parameters == null ? BoundParameters.NONE : parameters.detached();
  }

  @Override
  public CapturePlan plan() throws SQLException {
    return connection.plan(sql, preparation.keys());
  }

  /** In the form for a plan: whether it returns the rows' keys. */
  private boolean inner(CapturePlan.Captured plan) throws SQLException {
    String returningKeys = canReturnKeys() ? JournaledExecution.keysInMemory(plan) : null;
    if (returningKeys == null) {
      inner(plan.journaling(), false);
    } else {
      inner(returningKeys, true);
    }
    return returningKeys != null;
  }

  @Override
  public PreparedStatement inner(String wanted, boolean withKeys) throws SQLException {
    if ((withKeys == keys && wanted.equals(text)) || delegate.isClosed()) {
      return delegate;
    }
    if (batch != null) {
      throw RetryLater.parametersGone();
    }
    PreparedStatement next =
        (withKeys ? Preparation.WITH_KEYS : preparation).prepare(connection.raw(), wanted);
    boolean replayable = !setUnrecorded && (parameters == null || parameters.canReplay());
    try {
      StatementSettings.copy(delegate, next);
      if (replayable && parameters != null) {
        parameters.replay(next);
      }
    } catch (SQLException | RuntimeException e) {
      next.close();
      throw e;
    }
    PreparedStatement last = delegate;
    delegate = next;
    text = wanted;
    keys = withKeys;
    recording = true;
    last.close();
    if (!replayable) {
      forgetParameters();
      throw RetryLater.parametersGone();
    }
    return next;
  }

  @Override
  public String sql() {
    return sql;
  }

  @Override
  public <R> R asWritten(Call<R> call) throws SQLException {
    return call.on(inner(sql, false), sql, false);
  }

  @Override
  public boolean canReturnKeys() {
    return preparation.canReturnKeys();
  }

  @Override
  public void keysTaken() {}

  @Override
  public ResultSet getGeneratedKeys() throws SQLException {
    return new DualResultSet(
        connection, keys ? connection.noKeys() : delegate.getGeneratedKeys(), this);
  }

  @Override
  public @Nullable ResultSetMetaData getMetaData() throws SQLException {
    if (text.equals(sql)) {
      return delegate.getMetaData();
    }
    try (PreparedStatement asWritten = preparation.prepare(connection.raw(), sql)) {
      return asWritten.getMetaData();
    }
  }

  @Override
  public String toString() {
    return text.equals(sql) ? delegate.toString() : sql;
  }

  @Override
  public ResultSet executeQuery() throws SQLException {
    boolean mirrored = transaction.enter();
    try {
      ResultSet rows = mirrored ? mirrored(QUERY) : inner(sql, false).executeQuery();
      return new DualResultSet(connection, rows, this);
    } finally {
      transaction.leave();
    }
  }

  @Override
  public boolean execute() throws SQLException {
    boolean mirrored = transaction.enter();
    try {
      return mirrored ? mirrored(EXECUTE) : inner(sql, false).execute();
    } finally {
      transaction.leave();
    }
  }

  @Override
  public int executeUpdate() throws SQLException {
    boolean mirrored = transaction.enter();
    try {
      return mirrored ? mirrored(UPDATE) : inner(sql, false).executeUpdate();
    } finally {
      transaction.leave();
    }
  }

  @Override
  public long executeLargeUpdate() throws SQLException {
    boolean mirrored = transaction.enter();
    try {
      return mirrored ? mirrored(LARGE_UPDATE) : inner(sql, false).executeLargeUpdate();
    } finally {
      transaction.leave();
    }
  }

  private <R> R mirrored(Call<R> call) throws SQLException {
    CapturePlan plan = plan();
    if (sentRows != null && plan instanceof CapturePlan.Captured captured) {
      SentKeys keys = captured.sentKeys();
      if (keys != null) {
        return amongBatch(captured, keys, call);
      }
    }
    return connection.execution().run(plan, this, call);
  }

  /** Runs a row by itself while others wait in a batch that has to stay as it was written. */
  private <R> R amongBatch(CapturePlan.Captured plan, SentKeys keys, Call<R> call)
      throws SQLException {
    PendingBatch alone = connection.newBatch();
    SentRows row = alone.addedSendingKeys(plan, keys);
    row.add(parameters == null ? null : parameters.texts(keys.parameters()));
    return PendingBatch.run(alone, delegate, () -> call.on(delegate, sql, false));
  }

  @Override
  public void addBatch() throws SQLException {
    if (batch == null) {
      boolean mirrored = transaction.enter();
      try {
        batch = beginBatch(mirrored);
      } finally {
        transaction.leave();
      }
    }
    delegate.addBatch();
    batch.rowAdded();
    if (sentRows != null) {
      sentRows.add(parameters == null ? null : parameters.texts(keyParameters));
    }
  }

  /** Whether batches of the statement most likely run as they were written. */
  private static boolean sendsKeys(DualConnection connection, CapturePlan.Captured plan) {
    SentKeys sent = plan.sentKeys();
    CurrentTransaction transaction = connection.transaction();
    return sent != null
        && sent.worthIt()
        && !transaction.isAutoCommit()
        && !transaction.outlivesFailures();
  }

  /** Whether the parameters set so far would not be lost by running that text. */
  private boolean canBecome(String wanted) {
    return text.equals(wanted) || parameters == null || parameters.canReplay();
  }

  private PendingBatch beginBatch(boolean mirrored) throws SQLException {
    PendingBatch begun = connection.newBatch();
    if (!mirrored) {
      inner(sql, false);
      begun.addedInPassThrough();
      return begun;
    }
    CapturePlan plan = plan();
    if (!(plan instanceof CapturePlan.Captured captured)) {
      begun.addedUncaptured(plan, sql);
      inner(sql, false);
    } else if (sendsKeys(connection, captured) && recording && !setUnrecorded && canBecome(sql)) {
      SentKeys sent = Objects.requireNonNull(captured.sentKeys());
      inner(sql, false);
      keyParameters = sent.parameters();
      sentRows = begun.addedSendingKeys(captured, sent);
    } else if (inner(captured)) {
      begun.addedReturningKeys(captured);
    } else {
      begun.addedCaptured(captured, sql);
    }
    return begun;
  }

  @Override
  public int[] executeBatch() throws SQLException {
    PendingBatch added = takeBatch();
    RewrittenBatch rewritten = rewritten(added);
    if (rewritten == null) {
      return PendingBatch.run(added, delegate, delegate::executeBatch);
    }
    try {
      return rewritten.counts(PendingBatch.run(added, delegate, delegate::executeBatch));
    } catch (BatchUpdateException e) {
      throw rewritten.failure(e);
    }
  }

  @Override
  public long[] executeLargeBatch() throws SQLException {
    PendingBatch added = takeBatch();
    RewrittenBatch rewritten = rewritten(added);
    if (rewritten == null) {
      return PendingBatch.run(added, delegate, delegate::executeLargeBatch);
    }
    try {
      return rewritten.counts(PendingBatch.run(added, delegate, delegate::executeLargeBatch));
    } catch (BatchUpdateException e) {
      throw rewritten.failure(e);
    }
  }

  /** How the driver would have sent the batch as it was written; null: as it does now. */
  private @Nullable RewrittenBatch rewritten(@Nullable PendingBatch added) throws SQLException {
    boolean asWritten = text.equals(sql) || !(preparation.keys() instanceof RequestedKeys.None);
    return added == null || asWritten ? null : transaction.rewrittenBatch(sql, added.rows());
  }

  private @Nullable PendingBatch takeBatch() {
    PendingBatch added = batch;
    batch = null;
    sentRows = null;
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
    forgetParameters();
  }
}
