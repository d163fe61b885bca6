package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import io.dualwrite.jdbc.capture.SentKeys;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/**
 * A prepared statement that runs its text in the form that the migration asks for at the time. The
 * inner statement is prepared in the form that is likely; where another is needed when it runs, it
 * is prepared anew and the parameters are set again as they were given.
 */
final class DualPreparedStatement extends LargeObjectParameters
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
  private @Nullable PreparedBatch batch;

  private DualPreparedStatement(
      DualConnection connection,
      PreparedStatement delegate,
      String sql,
      Preparation preparation,
      String text,
      boolean keys,
      boolean recording) {
    super(connection, delegate);
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
    if (batch != null && batch.saysKeys() && plan instanceof CapturePlan.Captured captured) {
      SentKeys keys = captured.sentKeys();
      if (keys != null) {
        PreparedBatch alone = new PreparedBatch(connection.newBatch());
        alone.sayKeys(captured, keys);
        alone.added(parameters);
        // Others wait in a batch that has to stay as it was written.
        return alone.run(delegate, () -> call.on(delegate, sql, false));
      }
    }
    return connection.execution().run(plan, this, call);
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
    batch.added(parameters);
  }

  /** Whether batches of the statement most likely run as they were written. */
  private static boolean sendsKeys(DualConnection connection, CapturePlan.Captured plan) {
    SentKeys sent = plan.sentKeys();
    CurrentTransaction transaction = connection.transaction();
    return sent != null
        && sent.worthIt()
        && !transaction.isAutoCommit()
        && !transaction.driver().outlivesFailures();
  }

  /** Whether the parameters set so far would not be lost by running that text. */
  private boolean canBecome(String wanted) {
    return text.equals(wanted) || parameters == null || parameters.canReplay();
  }

  private PreparedBatch beginBatch(boolean mirrored) throws SQLException {
    PendingBatch begun = connection.newBatch();
    PreparedBatch prepared = new PreparedBatch(begun);
    if (!mirrored) {
      inner(sql, false);
      begun.addedInPassThrough();
      return prepared;
    }
    CapturePlan plan = plan();
    if (!(plan instanceof CapturePlan.Captured captured)) {
      begun.addedUncaptured(plan, sql);
      inner(sql, false);
    } else if (sendsKeys(connection, captured) && recording && !setUnrecorded && canBecome(sql)) {
      inner(sql, false);
      prepared.sayKeys(captured, Objects.requireNonNull(captured.sentKeys()));
    } else if (inner(captured)) {
      begun.addedReturningKeys(captured);
    } else {
      begun.addedCaptured(captured, sql);
    }
    return prepared;
  }

  @Override
  public int[] executeBatch() throws SQLException {
    PreparedBatch added = takeBatch();
    return added == null ? delegate.executeBatch() : added.counts(delegate, rewritten(added));
  }

  @Override
  public long[] executeLargeBatch() throws SQLException {
    PreparedBatch added = takeBatch();
    return added == null
        ? delegate.executeLargeBatch()
        : added.largeCounts(delegate, rewritten(added));
  }

  /** How the driver would have sent the batch as it was written; null: as it does now. */
  private @Nullable RewrittenBatch rewritten(PreparedBatch added) throws SQLException {
    boolean asWritten = text.equals(sql) || !(preparation.keys() instanceof RequestedKeys.None);
    return asWritten ? null : transaction.driver().rewrittenBatch(sql, added.rows());
  }

  private @Nullable PreparedBatch takeBatch() {
    PreparedBatch added = batch;
    batch = null;
    return added;
  }

  private void forgetBatch() {
    PreparedBatch added = takeBatch();
    if (added != null) {
      added.forget();
    }
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
    forgetParameters();
  }
}
