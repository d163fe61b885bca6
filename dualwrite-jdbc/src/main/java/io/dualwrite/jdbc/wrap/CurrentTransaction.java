package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.CapturedTable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.AutoSave;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transaction under way on one connection: whether it is mirrored and what it touched. The
 * first statement after a transaction began decides whether it is mirrored, and that holds until it
 * ends; under auto-commit each statement decides for itself.
 *
 * <p>Where a transaction ends is asked of the driver, which knows what the server last said, so
 * that a {@code BEGIN} or {@code COMMIT} in SQL (even one that no plan has seen, because nothing is
 * mirrored) is noticed. Confined to the connection's thread but for {@link #inPassThrough}.
 */
final class CurrentTransaction implements Mirroring.OpenConnection {
  private static final Logger LOG = LoggerFactory.getLogger(CurrentTransaction.class);

  private enum Mode {
    UNDECIDED,
    MIRRORED,
    PASS_THROUGH
  }

  private static final VarHandle IN_PASS_THROUGH;

  static {
    try {
      IN_PASS_THROUGH =
          MethodHandles.lookup()
              .findVarHandle(CurrentTransaction.class, "inPassThrough", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Mirroring mirroring;
  private final Connection raw;
  private final SessionNames names;
  private final MirroredTransaction touched = new MirroredTransaction();

  /**
   * Null where the driver is not PostgreSQL's own: then only plans tell of transaction control in
   * SQL.
   */
  private final @Nullable BaseConnection driver;

  private Mode mode = Mode.UNDECIDED;
  private boolean autoCommit;
  private boolean begunBySql;

  /**
   * Batches begun in pass-through and neither run nor cleared: they keep the flag up, and so the
   * gap open.
   */
  private int waitingBatches;

  private boolean ranUnjournaled;
  private boolean namesMayChangeBack;
  private boolean schemaMayChangeBack;

  @SuppressWarnings("UnusedVariable") // through the handle
  private boolean inPassThrough;

  CurrentTransaction(Mirroring mirroring, Connection raw, SessionNames names) throws SQLException {
    this.mirroring = mirroring;
    this.raw = raw;
    this.names = names;
    this.driver = raw.isWrapperFor(BaseConnection.class) ? raw.unwrap(BaseConnection.class) : null;
    this.autoCommit = raw.getAutoCommit();
  }

  /** The driver's own connection. */
  BaseConnection driver() {
    if (driver == null) {
      throw new UnsupportedOperationException("not a connection of PostgreSQL's driver");
    }
    return driver;
  }

  @Override
  public boolean inPassThrough() {
    return (boolean) IN_PASS_THROUGH.getVolatile(this);
  }

  MirroredTransaction touched() {
    return touched;
  }

  /** The journal names, or is about to name, rows of this table. */
  void journaled(CapturedTable table) {
    touched.journaled(table);
    triggered(table);
  }

  /** Before what no plan names the rows of: triggers do, or it is treated by {@code unmirrored}. */
  void unmirrored(CapturePlan.Unmirrored plan) throws SQLException {
    if (mirroring.namedByTriggers(plan)) {
      touched.journaledElsewhere();
    } else {
      mirroring.unmirrored(plan);
    }
  }

  /** Memory names a row of this table. */
  void remember(CapturedTable table, RowKey key) {
    touched.remember(table, key);
    triggered(table);
  }

  private void triggered(CapturedTable table) {
    if (table.table().triggersChangeNames()) {
      namesChanged();
    }
  }

  /** Whether a statement that is prepared now will most likely be mirrored. */
  boolean expectsMirroring() {
    return mode == Mode.UNDECIDED ? mirroring.active() : mode == Mode.MIRRORED;
  }

  /** Called before each statement, with {@link #leave} after it: whether it is to be mirrored. */
  boolean enter() {
    if (mode == Mode.UNDECIDED) {
      mode = decide();
    }
    return mode == Mode.MIRRORED;
  }

  private Mode decide() {
    if (mirroring.active()) {
      return Mode.MIRRORED;
    }
    IN_PASS_THROUGH.setVolatile(this, true);
    if (mirroring.active()) {
      lowerFlag();
      return Mode.MIRRORED;
    }
    // No plan looks at what runs now, so it may be anything, a change of the search path too.
    names.searchPath(null);
    return Mode.PASS_THROUGH;
  }

  /** After a statement, whether it succeeded or not. */
  void leave() {
    if (isAlone()) {
      // What is touched still was committed in SQL that no plan saw, or perhaps rolled back:
      // looking at the rows does no harm.
      committed();
      ended();
    }
  }

  /** Whether no transaction outlives the statement: auto-commit, and none begun in SQL. */
  boolean isAlone() {
    if (driver != null) {
      return driver.getTransactionState() == TransactionState.IDLE;
    }
    return autoCommit && !begunBySql;
  }

  /**
   * Whether the server is inside a transaction in which nothing has failed; false where that is not
   * known.
   */
  boolean isOpenOnServer() {
    return driver != null && driver.getTransactionState() == TransactionState.OPEN;
  }

  /** Whether the driver takes back what fails, and the transaction goes on without it. */
  boolean outlivesFailures() {
    return driver != null && driver.getAutosave() != AutoSave.NEVER;
  }

  /** Does what the transaction may not go on without: where it fails, all of it has failed. */
  void indispensable(JournaledExecution.Work<?> work) throws SQLException {
    BaseConnection own = driver;
    AutoSave before = own == null ? AutoSave.NEVER : own.getAutosave();
    if (own != null && before != AutoSave.NEVER) {
      own.setAutosave(AutoSave.NEVER);
    }
    boolean done = false;
    try {
      work.run();
      done = true;
    } finally {
      if (!done && isOpenOnServer()) {
        failOnServer();
      }
      if (own != null && before != AutoSave.NEVER) {
        own.setAutosave(before);
      }
    }
  }

  /** What failed on this side alone must not be committed by an application that goes on. */
  private void failOnServer() {
    try (Statement statement = raw.createStatement()) {
      statement.execute(
          "DO $dualwrite$ BEGIN RAISE EXCEPTION 'the rows written cannot be named in the journal'; END $dualwrite$");
    } catch (SQLException e) {
      LOG.debug("The transaction is failed on purpose: {}", e.getSQLState());
    }
  }

  /** How the driver sends a batch as it was written; null: each row by itself. */
  @Nullable RewrittenBatch rewrittenBatch(String sql, int rows) throws SQLException {
    return driver == null ? null : RewrittenBatch.of(driver, sql, rows);
  }

  /** Whether a backslash in a plain string constant means itself. */
  boolean readsStringsAsStandard() {
    return driver == null || driver.getStandardConformingStrings();
  }

  /** Whether the driver's exceptions tell the server's details. */
  boolean tellsDetail() {
    return driver == null || driver.getLogServerErrorDetail();
  }

  /** Whether the statement about to run is its own transaction. */
  boolean isAutoCommit() {
    return autoCommit && isAlone();
  }

  /** What was touched is committed. */
  void committed() {
    if (!touched.isEmpty()) {
      try {
        mirroring.committed(touched);
      } finally {
        touched.clear();
      }
    }
  }

  /** What was touched is rolled back, or nothing was touched after all. */
  void nothingTouched() {
    touched.clear();
  }

  /**
   * Goes on unmirrored because the journal failed, unless it is mended already. Only where nothing
   * was done yet.
   */
  boolean fallBack() {
    touched.clear();
    mode = decide();
    return mode == Mode.PASS_THROUGH;
  }

  void begunBySql() {
    begunBySql = autoCommit;
  }

  void endedBySql() {
    touched.clear();
    // With AND CHAIN the next one has begun already.
    rolledBackInPart();
    names.schemaChanged(false);
    if (driver == null) {
      ended();
    }
  }

  void batchWaits() {
    waitingBatches++;
    IN_PASS_THROUGH.setVolatile(this, true);
  }

  void batchCleared() {
    waitingBatches--;
    if (mode != Mode.PASS_THROUGH) {
      lowerFlag();
    }
  }

  /** A batch begun in pass-through runs now: the gap stays open until its rows are committed. */
  void batchRuns() {
    waitingBatches--;
    ranUnjournaled = true;
  }

  /**
   * After a statement that may have changed what names mean, until the transaction's end may have
   * changed it back.
   */
  void namesChanged() {
    names.searchPath(null);
    namesMayChangeBack = true;
  }

  /**
   * After a statement that changed the schema; others see it, and we again, once the transaction
   * has ended.
   */
  void schemaChanged() {
    mirroring.schemaChanged();
    names.schemaChanged(true);
    schemaMayChangeBack = true;
  }

  void commit() throws SQLException {
    if (autoCommit) {
      raw.commit();
      return;
    }
    try {
      if (touched.isEmpty()) {
        raw.commit();
      } else {
        mirroring.commit(raw, touched);
      }
    } finally {
      ended();
    }
  }

  void rollback() throws SQLException {
    if (autoCommit) {
      raw.rollback();
      return;
    }
    try {
      raw.rollback();
    } finally {
      ended();
    }
  }

  void autoCommit(boolean value) throws SQLException {
    if (value && !autoCommit) {
      if (!touched.isEmpty()) {
        commit();
      }
      raw.setAutoCommit(true);
      autoCommit = true;
      ended();
    } else {
      raw.setAutoCommit(value);
      autoCommit = value;
    }
  }

  /** After a rollback to a savepoint. */
  void rolledBackInPart() {
    if (namesMayChangeBack) {
      names.searchPath(null);
    }
    if (schemaMayChangeBack) {
      mirroring.schemaChanged();
      names.schemaChanged(true);
    }
  }

  /** The transaction has ended, or the connection. */
  void ended() {
    rolledBackInPart();
    names.schemaChanged(false);
    namesMayChangeBack = false;
    schemaMayChangeBack = false;
    begunBySql = false;
    ranUnjournaled = false;
    mode = Mode.UNDECIDED;
    if (!touched.isEmpty()) {
      touched.clear();
    }
    lowerFlag();
  }

  private void lowerFlag() {
    if (waitingBatches == 0 && !ranUnjournaled && (boolean) IN_PASS_THROUGH.get(this)) {
      IN_PASS_THROUGH.setRelease(this, false);
    }
  }
}
