package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was added to a batch that has not run yet. Rows are not kept: a batch begun in pass-through
 * runs in pass-through, and holds the gap open until its rows are committed, and one begun mirrored
 * journals, whatever happens in between.
 */
final class PendingBatch {
  private final Mirroring mirroring;
  private final CurrentTransaction transaction;
  private final Execution execution;
  private final JournaledExecution journaled;
  private final List<CapturePlan.Captured> captured = new ArrayList<>(1);
  private CapturePlan.@Nullable Captured returningKeys;
  private CapturePlan.@Nullable Unmirrored unmirrored;
  private boolean inPassThrough;

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

  /** An entry was added as it was written, while nothing is mirrored. */
  void addedInPassThrough() {
    if (!inPassThrough) {
      inPassThrough = true;
      transaction.batchWaits();
    }
  }

  /** An entry was added as it was written, because it is not captured. */
  void addedUncaptured(CapturePlan plan) throws SQLException {
    if (plan instanceof CapturePlan.PassThrough) {
      return;
    }
    CapturePlan.Unmirrored reported =
        plan instanceof CapturePlan.Unmirrored already
            ? already
            : new CapturePlan.Unmirrored(
                "batch",
                "Transaction control and changes of the schema or session are not followed inside a batch: execute them by themselves.");
    mirroring.unmirrored(reported);
    unmirrored = reported;
  }

  /** An entry was added in the form that journals. */
  @SuppressWarnings("ReferenceEquality") // the rows of one statement share a plan
  void addedCaptured(CapturePlan.Captured plan) throws SQLException {
    if (captured.isEmpty() || captured.get(captured.size() - 1) != plan) {
      captured.add(plan);
    }
    if (plan.besides() != null) {
      addedUncaptured(plan.besides());
    }
  }

  /** An entry was added to a statement that returns its rows' keys as generated keys. */
  void addedReturningKeys(CapturePlan.Captured plan) throws SQLException {
    returningKeys = plan;
    if (plan.besides() != null) {
      addedUncaptured(plan.besides());
    }
  }

  /** Runs a statement's batch, of which there may be none. */
  static <R> R run(@Nullable PendingBatch added, Statement inner, JournaledExecution.Work<R> batch)
      throws SQLException {
    return added == null ? batch.run() : added.run(inner, batch);
  }

  /** The statement's batch, of which there may be none, was cleared, or the statement closed. */
  static void forget(@Nullable PendingBatch added) {
    if (added != null && added.inPassThrough) {
      added.inPassThrough = false;
      added.transaction.batchCleared();
    }
  }

  /** Runs the batch; it is spent. */
  <R> R run(Statement inner, JournaledExecution.Work<R> batch) throws SQLException {
    CapturePlan.Captured keys = returningKeys;
    JournaledExecution.Work<R> work = keys == null ? batch : () -> remembering(inner, batch, keys);
    boolean mirrored = transaction.enter();
    try {
      if (inPassThrough) {
        inPassThrough = false;
        transaction.batchRuns();
      }
      return mirrored || captured.isEmpty()
          ? journaled.batch(captured, work)
          : journaled.batchInPassThrough(work);
    } finally {
      if (unmirrored != null) {
        execution.anythingMayHaveChanged(unmirrored);
      }
      transaction.leave();
    }
  }

  private <R> R remembering(
      Statement inner, JournaledExecution.Work<R> batch, CapturePlan.Captured plan)
      throws SQLException {
    R result = batch.run();
    journaled.remember(plan, inner);
    return result;
  }
}
