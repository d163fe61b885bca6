package io.dualwrite.jdbc.wrap;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.load.SentRows;
import io.dualwrite.jdbc.schema.CapturedTable;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs what names its rows, in the journal or (under {@code BEST_EFFORT}) in memory. Under
 * auto-commit it opens a transaction of its own where a statement alone is not enough: {@code
 * STRICT}, and plans of two statements.
 */
final class JournaledExecution {
  /** What runs inside. */
  @FunctionalInterface
  interface Work<R> {
    R run() throws SQLException;
  }

  private final Mirroring mirroring;
  private final Connection raw;
  private final CurrentTransaction transaction;

  JournaledExecution(Mirroring mirroring, Connection raw, CurrentTransaction transaction) {
    this.mirroring = mirroring;
    this.raw = raw;
    this.transaction = transaction;
  }

  /**
   * One statement. When the journal fails and nothing else depends on it, the text runs as it was
   * written. Under auto-commit a statement whose plan turns out to be out of date runs once more,
   * by a new plan: of a failed one nothing is left.
   */
  <R> R run(CapturePlan.Captured plan, StatementForms statement, Call<R> call) throws SQLException {
    return run(plan, statement, call, true);
  }

  private <R> R run(
      CapturePlan.Captured plan, StatementForms statement, Call<R> call, boolean mayRunAgain)
      throws SQLException {
    boolean alone = transaction.isAutoCommit();
    boolean own = alone && needsTransaction(plan);
    String returningKeys =
        statement.canReturnKeys() && call.acceptsKeys() ? keysInMemory(plan) : null;
    long started = mirroring.started();
    try {
      R result =
          committing(
              alone,
              own,
              returningKeys == null
                  ? () -> journaling(plan, statement, call, own)
                  : () -> returningKeys(plan, returningKeys, statement, call));
      mirroring.wrote(plan, true, started);
      return result;
    } catch (SQLException e) {
      mirroring.wrote(plan, false, started);
      if (mayRunAgain && mirroring.outdated(plan, e)) {
        return again(statement, call, alone, e);
      }
      if (!mirroring.journalFailed(e)) {
        throw returningKeys == null ? original(e, statement.sql(), plan) : e;
      }
      if (!alone || !transaction.fallBack()) {
        throw RetryLater.journalFailed(e);
      }
      return statement.asWritten(call);
    }
  }

  private <R> R again(StatementForms statement, Call<R> call, boolean alone, SQLException failure)
      throws SQLException {
    if (!alone) {
      throw RetryLater.schemaChanged(failure);
    }
    if (statement.plan() instanceof CapturePlan.Captured plan) {
      return run(plan, statement, call, false);
    }
    throw failure;
  }

  /**
   * A text that begins or ends transactions itself: what it has done when it fails is not known, so
   * that it never runs again.
   */
  <R> R controlling(CapturePlan.Captured plan, StatementForms statement, Call<R> call)
      throws SQLException {
    long started = mirroring.started();
    try {
      R result = journaling(plan, statement, call, false);
      mirroring.wrote(plan, true, started);
      return result;
    } catch (SQLException e) {
      mirroring.wrote(plan, false, started);
      throw mirroring.journalFailed(e)
          ? RetryLater.journalFailed(e)
          : original(e, statement.sql(), plan);
    }
  }

  /** As it would be for the text that the application gave. */
  SQLException original(SQLException e, String sql, CapturePlan.Captured plan) {
    return OriginalError.of(e, sql, plan, transaction.driver().tellsDetail());
  }

  /**
   * Work that changes rows of a table by statements of the driver and journals them by others; what
   * the driver remembers of it cannot be taken back, so that it never runs again.
   */
  <R> R changing(CapturedTable table, Work<R> work) throws SQLException {
    CapturePlan.Captured plan = ChangedRows.asWrite(table);
    boolean alone = transaction.isAutoCommit();
    long started = mirroring.started();
    try {
      touch(plan);
      R result = committing(alone, alone, work);
      mirroring.wrote(plan, true, started);
      return result;
    } catch (SQLException e) {
      mirroring.wrote(plan, false, started);
      throw mirroring.journalFailed(e) ? RetryLater.journalFailed(e) : e;
    }
  }

  /** Journals the keys of a batch that ran as it was written. */
  void journal(SentRows sent) throws SQLException {
    sent.journal(raw);
  }

  /**
   * A batch of statements that are prepared or added in the form that journals.
   *
   * @param ofSeveral whether its work is several statements, to be committed together
   */
  <R> R batch(List<CapturePlan.Captured> plans, boolean ofSeveral, Work<R> work)
      throws SQLException {
    boolean alone = transaction.isAutoCommit();
    boolean own =
        alone && (ofSeveral || plans.stream().anyMatch(JournaledExecution::needsTransaction));
    long started = mirroring.started();
    try {
      R result =
          committing(
              alone,
              own,
              () -> {
                for (CapturePlan.Captured plan : plans) {
                  before(plan);
                  touch(plan);
                }
                return work.run();
              });
      plans.forEach(plan -> mirroring.wrote(plan, true, started));
      return result;
    } catch (SQLException e) {
      plans.forEach(plan -> mirroring.wrote(plan, false, started));
      throw mirroring.journalFailed(e) ? RetryLater.journalFailed(e) : e;
    }
  }

  /**
   * A batch begun while the transaction was to be mirrored; it still journals, and the entries
   * wait.
   *
   * @param ofSeveral whether its work is several statements, to be committed together
   */
  <R> R batchInPassThrough(boolean ofSeveral, Work<R> work) throws SQLException {
    try {
      return ofSeveral && transaction.isAutoCommit() ? inTransaction(work) : work.run();
    } catch (SQLException e) {
      throw mirroring.journalFailed(e) ? RetryLater.journalFailed(e) : e;
    }
  }

  /** Commits by running the application's own statement. */
  <R> R commitInSql(Work<R> commit) throws SQLException {
    CommitInSql<R> connection = new CommitInSql<>(raw, commit);
    mirroring.commit(connection, transaction.touched());
    return connection.result();
  }

  private <R> R committing(boolean alone, boolean own, Work<R> work) throws SQLException {
    if (!alone) {
      return work.run();
    }
    boolean done = false;
    try {
      R result = own ? inTransaction(work) : work.run();
      done = true;
      return result;
    } finally {
      if (done && !own) {
        transaction.committed();
      } else {
        transaction.nothingTouched();
      }
    }
  }

  private <R> R inTransaction(Work<R> work) throws SQLException {
    raw.setAutoCommit(false);
    R result;
    try {
      result = work.run();
      mirroring.commit(raw, transaction.touched());
    } catch (SQLException | RuntimeException | Error e) {
      try {
        end();
        raw.setAutoCommit(true);
      } catch (SQLException later) {
        e.addSuppressed(later);
      }
      throw e;
    }
    raw.setAutoCommit(true);
    return result;
  }

  /**
   * After a failure. Where the server did what it was told and the driver only found its answer
   * wanting (no rows from {@code executeQuery}, say), bare auto-commit would have committed.
   */
  private void end() throws SQLException {
    if (transaction.driver().isOpen()) {
      mirroring.commit(raw, transaction.touched());
    } else {
      raw.rollback();
    }
  }

  private <R> R journaling(
      CapturePlan.Captured plan, StatementForms statement, Call<R> call, boolean own)
      throws SQLException {
    before(plan);
    touch(plan);
    Statement inner = statement.inner(plan.journaling(), false);
    int fetchSize = own ? inner.getFetchSize() : 0;
    if (fetchSize == 0) {
      return call.on(inner, plan.journaling(), false);
    }
    // The application has auto-commit on, so the driver would have fetched all rows: in our
    // transaction it must too.
    inner.setFetchSize(0);
    try {
      R result = call.on(inner, plan.journaling(), false);
      inner.setFetchSize(fetchSize);
      return result;
    } catch (SQLException e) {
      if (!inner.isClosed()) {
        inner.setFetchSize(fetchSize);
      }
      throw e;
    }
  }

  private void before(CapturePlan.Captured plan) throws SQLException {
    if (plan.before() != null) {
      try (Statement statement = raw.createStatement()) {
        statement.execute(plan.before());
      }
    }
  }

  private void touch(CapturePlan.Captured plan) {
    for (CapturedTable table : plan.tables()) {
      transaction.journaled(table);
    }
  }

  private <R> R returningKeys(
      CapturePlan.Captured plan, String text, StatementForms statement, Call<R> call)
      throws SQLException {
    Statement inner = statement.inner(text, true);
    R result = call.on(inner, text, true);
    remember(plan, inner);
    statement.keysTaken();
    return result;
  }

  /** Notes the rows that a statement with {@code returningKeys} returned as generated keys. */
  void remember(CapturePlan.Captured plan, Statement inner) throws SQLException {
    try (ResultSet keys = inner.getGeneratedKeys()) {
      while (keys.next()) {
        transaction.remember(table(plan, keys.getString(1)), key(keys.getArray(2)));
      }
    }
  }

  private static CapturedTable table(CapturePlan.Captured plan, String journalName) {
    for (CapturedTable table : plan.tables()) {
      if (table.journalName().equals(journalName)) {
        return table;
      }
    }
    throw new IllegalStateException(
        "The plan does not name " + journalName + ", whose rows it returned");
  }

  private static RowKey key(Array key) throws SQLException {
    return new RowKey(List.of((String[]) key.getArray()));
  }

  /** The text that returns the rows' keys, where memory alone is to name them; else null. */
  static @Nullable String keysInMemory(CapturePlan.Captured plan) {
    if (plan.returningKeys() == null) {
      return null;
    }
    for (CapturedTable table : plan.tables()) {
      if (table.policy() != FailurePolicy.BEST_EFFORT || table.key().isEmpty()) {
        return null;
      }
    }
    return plan.returningKeys();
  }

  static boolean needsTransaction(CapturePlan.Captured plan) {
    if (plan.before() != null) {
      return true;
    }
    for (CapturedTable table : plan.tables()) {
      if (table.policy() == FailurePolicy.STRICT) {
        return true;
      }
    }
    return false;
  }
}
