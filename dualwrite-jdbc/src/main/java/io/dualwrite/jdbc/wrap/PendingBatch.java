package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.SentKeys;
import io.dualwrite.jdbc.load.SentRows;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What was added to a batch that has not run yet. Rows are not kept: a batch begun in pass-through
 * runs in pass-through, and holds the gap open until its rows are committed, and one begun mirrored
 * journals, whatever happens in between.
 */
final class PendingBatch {
  private static final Entry AS_WRITTEN = new Entry("", null);
  private static final CapturePlan.Unmirrored TRIGGERS =
      new CapturePlan.Unmirrored(
          "session",
          "A trigger may change what names mean while the batch runs. Give its function a SET search_path clause, or run the rows one by one.");
  private static final Pattern FAILED = Pattern.compile("Batch entry (\\d{1,9}) ");

  private final Mirroring mirroring;
  private final CurrentTransaction transaction;
  private final Execution execution;
  private final JournaledExecution journaled;
  private final List<CapturePlan.Captured> captured = new ArrayList<>(1);
  private final List<Entry> entries = new ArrayList<>(1);
  private CapturePlan.@Nullable Captured returningKeys;
  private CapturePlan.@Nullable Unmirrored unmirrored;
  private @Nullable SentRows sentRows;
  private int rows;
  private boolean inPassThrough;

  /** An entry, to tell its errors in terms of its own text; null: it runs as it was written. */
  private record Entry(String sql, CapturePlan.@Nullable Captured plan) {}

  PendingBatch(
      Mirroring mirroring,
      CurrentTransaction transaction,
      Execution execution,
      JournaledExecution journaled) {
    this.mirroring = mirroring;
    this.transaction = transaction;
    this.execution = execution;
    this.journaled = journaled;
  }

  /** A row was added to a prepared statement's batch. */
  void rowAdded() {
    rows++;
  }

  /** How many rows were added to a prepared statement's batch. */
  int rows() {
    return rows;
  }

  /** An entry was added as it was written, while nothing is mirrored. */
  void addedInPassThrough() {
    entries.add(AS_WRITTEN);
    if (!inPassThrough) {
      inPassThrough = true;
      transaction.batchWaits();
    }
  }

  /** An entry was added as it was written, because it is not captured. */
  void addedUncaptured(CapturePlan plan, String sql) throws SQLException {
    entries.add(new Entry(sql, null));
    report(plan);
  }

  private void report(CapturePlan plan) throws SQLException {
    if (plan instanceof CapturePlan.PassThrough) {
      return;
    }
    CapturePlan.Unmirrored reported =
        plan instanceof CapturePlan.Unmirrored already
            ? already
            : new CapturePlan.Unmirrored(
                "batch",
                "Transaction control and changes of the schema or session are not followed inside a batch: execute them by themselves.");
    if (!mirroring.namedByTriggers(reported)) {
      mirroring.unmirrored(reported);
    }
    unmirrored = reported;
  }

  /** An entry was added in the form that journals. */
  @SuppressWarnings("ReferenceEquality") // the rows of one statement share a plan
  void addedCaptured(CapturePlan.Captured plan, String sql) throws SQLException {
    entries.add(new Entry(sql, plan));
    if (captured.isEmpty() || captured.get(captured.size() - 1) != plan) {
      captured.add(plan);
    }
    reportBesides(plan);
  }

  private void reportBesides(CapturePlan.Captured plan) throws SQLException {
    if (plan.besides() != null) {
      report(plan.besides());
    } else if (plan.triggersChangeNames()) {
      report(TRIGGERS);
    }
  }

  /** An entry was added to a statement that returns its rows' keys as generated keys. */
  void addedReturningKeys(CapturePlan.Captured plan) throws SQLException {
    returningKeys = plan;
    reportBesides(plan);
  }

  /** Entries are added as they were written, and say their rows' keys. */
  SentRows addedSendingKeys(CapturePlan.Captured plan, SentKeys keys) {
    entries.add(AS_WRITTEN);
    captured.add(plan);
    SentRows rows = new SentRows(keys);
    sentRows = rows;
    return rows;
  }

  /** Runs a statement's batch, of which there may be none. */
  static <R> R run(@Nullable PendingBatch added, Statement inner, JournaledExecution.Work<R> batch)
      throws SQLException {
    return added == null ? batch.run() : added.run(inner, batch);
  }

  /** The statement's batch, of which there may be none, was cleared, or the statement closed. */
  static void forget(@Nullable PendingBatch added) {
    if (added != null) {
      if (added.inPassThrough) {
        added.inPassThrough = false;
        added.transaction.batchCleared();
      }
      if (added.sentRows != null) {
        added.sentRows.close();
      }
    }
  }

  /** Runs the batch; it is spent. */
  <R> R run(Statement inner, JournaledExecution.Work<R> batch) throws SQLException {
    CapturePlan.Captured keys = returningKeys;
    SentRows sent = sentRows;
    SentKeys alike = captured.size() == 1 ? captured.get(0).sentKeys() : null;
    if (alike != null && rows > 0) {
      alike.ran(rows);
    }
    JournaledExecution.Work<R> work =
        sent != null
            ? () -> journaling(batch, sent)
            : keys == null ? batch : () -> remembering(inner, batch, keys);
    boolean mirrored = transaction.enter();
    if (mirrored && unmirrored != null && mirroring.namedByTriggers(unmirrored)) {
      transaction.unmirrored(unmirrored);
    }
    try (sent) {
      if (inPassThrough) {
        inPassThrough = false;
        transaction.batchRuns();
      }
      // With generated keys the driver would commit entry by entry.
      boolean ofSeveral = sent != null || keys != null;
      return mirrored || captured.isEmpty()
          ? journaled.batch(captured, ofSeveral, work)
          : journaled.batchInPassThrough(ofSeveral, work);
    } catch (BatchUpdateException e) {
      throw original(e);
    } finally {
      if (unmirrored != null) {
        execution.anythingMayHaveChanged(unmirrored);
      }
      transaction.leave();
    }
  }

  private <R> R journaling(JournaledExecution.Work<R> batch, SentRows sent) throws SQLException {
    boolean done = false;
    try {
      R result = batch.run();
      done = true;
      return result;
    } finally {
      // What failed may have stored some rows all the same, where a savepoint saves them.
      if (done || transaction.driver().isOpen()) {
        transaction
            .driver()
            .indispensable(
                () -> {
                  journaled.journal(sent);
                  return sent;
                });
      }
    }
  }

  /** All entries of a prepared statement have one text; of others the driver says which failed. */
  private SQLException original(BatchUpdateException e) {
    Matcher failed = FAILED.matcher(String.valueOf(e.getMessage()));
    if (entries.isEmpty() || !failed.lookingAt()) {
      return e;
    }
    int index = entries.size() == 1 ? 0 : Integer.parseInt(failed.group(1));
    Entry entry = index < entries.size() ? entries.get(index) : null;
    return entry == null || entry.plan() == null
        ? e
        : journaled.original(e, entry.sql(), entry.plan());
  }

  private <R> R remembering(
      Statement inner, JournaledExecution.Work<R> batch, CapturePlan.Captured plan)
      throws SQLException {
    long started = mirroring.started();
    boolean done = false;
    try {
      R result = batch.run();
      journaled.remember(plan, inner);
      done = true;
      return result;
    } finally {
      mirroring.wrote(plan, done, started);
    }
  }
}
