package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.SentKeys;
import io.dualwrite.jdbc.load.SentRows;
import java.sql.BatchUpdateException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A batch of rows of one prepared statement that has not run yet. */
final class PreparedBatch {
  private static final int[] NONE = {};

  private final PendingBatch pending;
  private @Nullable SentRows sentRows;
  private int[] keyParameters = NONE;

  PreparedBatch(PendingBatch pending) {
    this.pending = pending;
  }

  /** The statement runs as it was written, and its parameters say its rows' keys. */
  void sayKeys(CapturePlan.Captured plan, SentKeys keys) {
    keyParameters = keys.parameters();
    sentRows = pending.addedSendingKeys(plan, keys);
  }

  /** Whether the parameters say the keys. */
  boolean saysKeys() {
    return sentRows != null;
  }

  /** A row was added, with these parameters; null: they are not known. */
  void added(@Nullable Parameters parameters) {
    pending.rowAdded();
    if (sentRows != null) {
      sentRows.add(parameters == null ? null : parameters.texts(keyParameters));
    }
  }

  int rows() {
    return pending.rows();
  }

  /** Runs it; it is spent. */
  <R> R run(PreparedStatement inner, JournaledExecution.Work<R> work) throws SQLException {
    return pending.run(inner, work);
  }

  /**
   * Runs it; what the application is told of each row.
   *
   * @param rewritten how the driver would have sent it as it was written; null: as it does now
   */
  int[] counts(PreparedStatement inner, @Nullable RewrittenBatch rewritten) throws SQLException {
    if (rewritten == null) {
      return run(inner, inner::executeBatch);
    }
    try {
      return rewritten.counts(run(inner, inner::executeBatch));
    } catch (BatchUpdateException e) {
      throw rewritten.failure(e);
    }
  }

  /** The same with large counts. */
  long[] largeCounts(PreparedStatement inner, @Nullable RewrittenBatch rewritten)
      throws SQLException {
    if (rewritten == null) {
      return run(inner, inner::executeLargeBatch);
    }
    try {
      return rewritten.counts(run(inner, inner::executeLargeBatch));
    } catch (BatchUpdateException e) {
      throw rewritten.failure(e);
    }
  }

  /** It was cleared, or its statement closed. */
  void forget() {
    PendingBatch.forget(pending);
  }
}
