package io.dualwrite.jdbc.wrap;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.capture.CapturePlan;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs the statements of a mirrored transaction as their plans say. */
final class Execution {
  private static final Set<String> MAY_CHANGE_SCHEMA =
      Set.of("batch", "create-as", "do", "multiple", "unknown");

  private static final CapturePlan.Unmirrored DDL =
      new CapturePlan.Unmirrored(
          "ddl",
          "The definition of a mirrored table changes on this side alone: change it on the other side too.");

  private static final CapturePlan.Unmirrored COMMITS_BY_ITSELF =
      new CapturePlan.Unmirrored(
          "strict",
          "The text commits among other statements, so that its rows follow from the journal after the commit. Commit by a call, or by a"
              + " statement of its own.");

  private static final CapturePlan.Unmirrored TWO_PHASE =
      new CapturePlan.Unmirrored(
          "two-phase",
          "The rows of a prepared transaction follow from the journal after its COMMIT PREPARED, whatever the policy; those that only memory"
              + " names (BEST_EFFORT) may not follow.");

  private final Mirroring mirroring;
  private final SessionNames names;
  private final CurrentTransaction transaction;
  private final JournaledExecution journaled;
  private final Repetition repetition;

  Execution(
      Mirroring mirroring,
      SessionNames names,
      CurrentTransaction transaction,
      JournaledExecution journaled,
      Repetition repetition) {
    this.mirroring = mirroring;
    this.names = names;
    this.transaction = transaction;
    this.journaled = journaled;
    this.repetition = repetition;
  }

  <R> R run(CapturePlan plan, StatementForms statement, Call<R> call) throws SQLException {
    if (plan instanceof CapturePlan.PassThrough) {
      R result = statement.asWritten(call);
      repetition.after(statement);
      return result;
    }
    // The driver itself refuses a load that does not come by its own interface.
    if (plan instanceof CapturePlan.Load) {
      return statement.asWritten(call);
    }
    if (plan instanceof CapturePlan.Captured captured) {
      return captured(captured, statement, call);
    }
    if (plan instanceof CapturePlan.Unmirrored unmirrored) {
      transaction.unmirrored(unmirrored);
      try {
        return statement.asWritten(call);
      } finally {
        anythingMayHaveChanged(unmirrored);
      }
    }
    if (plan instanceof CapturePlan.SessionChange) {
      try {
        return statement.asWritten(call);
      } finally {
        transaction.namesChanged();
      }
    }
    if (plan instanceof CapturePlan.SchemaChange change) {
      return schemaChange(change, statement, call);
    }
    if (plan instanceof CapturePlan.Several several) {
      return several(several, statement, call);
    }
    return control(((CapturePlan.TransactionControl) plan).kind(), statement, call);
  }

  private <R> R captured(CapturePlan.Captured plan, StatementForms statement, Call<R> call)
      throws SQLException {
    CapturePlan.Unmirrored besides = plan.besides();
    if (besides == null) {
      return journaled.run(plan, statement, call);
    }
    transaction.unmirrored(besides);
    try {
      return journaled.run(plan, statement, call);
    } finally {
      anythingMayHaveChanged(besides);
    }
  }

  /**
   * Names are looked up anew. The catalog is read anew only after what is both rare and may hold
   * anything: for a function or procedure that changes the schema, the regular look at the catalog
   * has to do.
   */
  void anythingMayHaveChanged(CapturePlan.Unmirrored plan) {
    transaction.namesChanged();
    if (MAY_CHANGE_SCHEMA.contains(plan.reason())) {
      transaction.schemaChanged();
    }
  }

  private <R> R schemaChange(CapturePlan.SchemaChange plan, StatementForms statement, Call<R> call)
      throws SQLException {
    tell(plan);
    try {
      return statement.asWritten(call);
    } finally {
      changed(plan);
    }
  }

  private void tell(CapturePlan.SchemaChange plan) throws SQLException {
    if (plan.touchesMirrored()) {
      mirroring.unmirrored(DDL);
    }
  }

  private void changed(CapturePlan.SchemaChange plan) {
    if (plan.createsTemporary()) {
      names.createdTemporaryTable();
    }
    transaction.namesChanged();
    if (!plan.ofSession()) {
      transaction.schemaChanged();
    }
  }

  private <R> R several(CapturePlan.Several plan, StatementForms statement, Call<R> call)
      throws SQLException {
    CapturePlan.SchemaChange schema = plan.schema();
    CapturePlan.Unmirrored besides = plan.besides();
    CapturePlan.Captured captured = plan.captured();
    if (besides != null) {
      transaction.unmirrored(besides);
    }
    if (schema != null) {
      tell(schema);
    }
    if (plan.commits() && isStrict(captured)) {
      mirroring.unmirrored(COMMITS_BY_ITSELF);
    }
    try {
      if (captured == null) {
        return statement.asWritten(call);
      }
      return plan.controlsTransaction()
          ? journaled.controlling(captured, statement, call)
          : journaled.run(captured, statement, call);
    } finally {
      if (schema != null) {
        changed(schema);
      }
      if (besides != null) {
        anythingMayHaveChanged(besides);
      } else if (plan.changesNames() || plan.controlsTransaction()) {
        transaction.namesChanged();
      }
    }
  }

  private boolean isStrict(CapturePlan.@Nullable Captured captured) {
    boolean before =
        !transaction.touched().isEmpty() && transaction.touched().policy() == FailurePolicy.STRICT;
    return before
        || (captured != null
            && captured.tables().stream().anyMatch(t -> t.policy() == FailurePolicy.STRICT));
  }

  private <R> R control(
      CapturePlan.TransactionControl.Kind kind, StatementForms statement, Call<R> call)
      throws SQLException {
    if (kind == CapturePlan.TransactionControl.Kind.COMMIT) {
      return commit(statement, call);
    }
    if (kind == CapturePlan.TransactionControl.Kind.TWO_PHASE
        && !transaction.touched().isJournaledAlone()) {
      mirroring.unmirrored(TWO_PHASE);
    }
    R result = statement.asWritten(call);
    switch (kind) {
      case BEGIN -> transaction.begunBySql();
      case ROLLBACK -> transaction.endedBySql();
      case SAVEPOINT -> transaction.rolledBackInPart();
      case COMMIT, TWO_PHASE -> {}
    }
    return result;
  }

  private <R> R commit(StatementForms statement, Call<R> call) throws SQLException {
    try {
      return transaction.touched().isEmpty()
          ? statement.asWritten(call)
          : journaled.commitInSql(() -> statement.asWritten(call));
    } finally {
      transaction.endedBySql();
    }
  }
}
