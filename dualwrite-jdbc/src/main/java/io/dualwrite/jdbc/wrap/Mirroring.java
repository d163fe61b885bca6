package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What a wrapped connection asks of the migration that it belongs to. Safe for use by many threads;
 * nothing here but {@link #plan} (at the first sight of a text), {@link #commit} and {@link
 * #committed} (under {@code SYNC} and {@code STRICT}) does input or output.
 */
public interface Mirroring {

  /**
   * Whether a transaction that begins now is mirrored: one volatile read. False means pass-through:
   * kill switch, a single-sided phase, or a journal that cannot be written.
   *
   * <p>A connection that reads false sets {@link OpenConnection#inPassThrough()} to true and reads
   * again before it goes on as pass-through; it clears it when the transaction has ended. So the
   * end of a gap is never recorded before its last write.
   */
  boolean active();

  /**
   * The plan for a text, from a cache where possible.
   *
   * @param raw the primary's connection, used (within its current transaction) for look-ups when
   *     names are met for the first time
   * @param session how names resolve on that connection
   * @param sql the text as the application gave it, after pgjdbc's own {@code ?} syntax
   * @param keys the generated keys that the application asked for
   */
  CapturePlan plan(Connection raw, SessionNames session, String sql, RequestedKeys keys)
      throws SQLException;

  /**
   * The plan for a text if it is known without input or output, else null. Only a hint, asked when
   * a statement is prepared, so that it is prepared in the form that it will most likely run in;
   * {@link #plan} decides when it runs.
   */
  default @Nullable CapturePlan knownPlan(SessionNames session, String sql, RequestedKeys keys) {
    return null;
  }

  /** The time from which {@link #wrote} measures; asked before each captured statement or batch. */
  default long started() {
    return 0;
  }

  /** A captured statement ran on the primary. */
  default void wrote(CapturePlan.Captured plan, boolean succeeded, long started) {}

  /**
   * Counts and logs a write that cannot be mirrored; under {@code unmirrored: FAIL} throws, and the
   * statement does not run.
   */
  void unmirrored(CapturePlan.Unmirrored plan) throws SQLException;

  /** Whether triggers name the rows that such a statement writes, so that nothing is to be said. */
  default boolean namedByTriggers(CapturePlan.Unmirrored plan) {
    return false;
  }

  /**
   * Commits a transaction that touched mirrored tables ({@code raw} has auto-commit off), by the
   * strictest policy of its tables. When it returns, the primary has committed; when it throws, the
   * primary has rolled back, unless the exception is the primary's own answer to COMMIT, which is
   * passed on as it is.
   */
  void commit(Connection raw, MirroredTransaction transaction) throws SQLException;

  /**
   * After a commit that happened by itself (auto-commit): wakes delivery and, under {@code SYNC},
   * waits for it.
   */
  void committed(MirroredTransaction transaction);

  /**
   * Whether a failed statement failed because of the journal and not by itself. If so the migration
   * is now degraded and {@link #active()} is false: in auto-commit the caller runs the
   * application's own text, in a transaction it throws 40001.
   */
  boolean journalFailed(SQLException failure);

  /**
   * Whether a failed statement failed because its plan names what the schema has no more, which was
   * changed elsewhere a moment ago. If so the schema is known anew by now.
   */
  boolean outdated(CapturePlan.Captured plan, SQLException failure);

  /** The schema changed through this connection; metadata is read anew before the next plan. */
  void schemaChanged();

  /**
   * A bypass: an object was handed out through which writes go unseen. Counted and logged once per
   * kind.
   */
  void bypass(String kind);

  /** Whether reads are repeated on the other side at all, so that parameters are to be kept. */
  default boolean repeatsReads() {
    return false;
  }

  /** Whether a statement of this text, which was answered and writes nothing, is to be repeated. */
  default boolean samples(String sql) {
    return false;
  }

  /**
   * Has such a statement repeated by other threads; never throws.
   *
   * @param raw the connection that it ran on, with its transaction still as it was
   * @param session how names resolve on that connection, looked up on it where that is not known
   */
  default void repeat(
      Connection raw, SessionNames session, String sql, BoundParameters parameters) {}

  /** A connection was opened; the migration keeps it until {@link #closed}. */
  void opened(OpenConnection connection);

  /** A connection was closed. */
  void closed(OpenConnection connection);

  /** What the migration needs to see of an open connection. */
  interface OpenConnection {
    /**
     * Whether a transaction (or an auto-commit statement) is under way that is not mirrored. Read
     * by other threads.
     */
    boolean inPassThrough();
  }
}
