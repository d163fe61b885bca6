package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.CapturedTable;
import java.sql.Connection;
import java.sql.SQLException;

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
  private enum Mode {
    UNDECIDED,
    MIRRORED,
    PASS_THROUGH
  }

  private final Mirroring mirroring;
  private final Connection raw;
  private final SessionNames names;
  private final MirroredTransaction touched = new MirroredTransaction();

  /** Where it is not PostgreSQL's own, only plans tell of transaction control in SQL. */
  private final DriverState driver;

  private final PassThroughFlag flag = new PassThroughFlag();

  private Mode mode = Mode.UNDECIDED;
  private boolean autoCommit;
  private boolean begunBySql;

  private boolean namesMayChangeBack;
  private boolean schemaMayChangeBack;

  CurrentTransaction(Mirroring mirroring, Connection raw, SessionNames names) throws SQLException {
    this.mirroring = mirroring;
    this.raw = raw;
    this.names = names;
    this.driver = new DriverState(raw);
    this.autoCommit = raw.getAutoCommit();
  }

  DriverState driver() {
    return driver;
  }

  @Override
  public boolean inPassThrough() {
    return flag.isUp();
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
    flag.raise();
    if (mirroring.active()) {
      flag.lower();
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
    return driver.isKnown() ? driver.isIdle() : autoCommit && !begunBySql;
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
    if (!driver.isKnown()) {
      ended();
    }
  }

  void batchWaits() {
    flag.batchWaits();
  }

  void batchCleared() {
    flag.batchGone();
    if (mode != Mode.PASS_THROUGH) {
      flag.lower();
    }
  }

  /** A batch begun in pass-through runs now: the gap stays open until its rows are committed. */
  void batchRuns() {
    flag.batchRuns();
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
    mode = Mode.UNDECIDED;
    if (!touched.isEmpty()) {
      touched.clear();
    }
    flag.transactionEnded();
  }
}
