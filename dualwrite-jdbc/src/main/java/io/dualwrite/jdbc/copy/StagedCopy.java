package io.dualwrite.jdbc.copy;

import io.dualwrite.jdbc.pipeline.Pipeline;
import io.dualwrite.jdbc.schema.Lane;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;

/**
 * Rows sent to the secondary before the lane's lock is taken, so that the lock is not held while
 * they travel. They may be out of date when they arrive: they may be kept only as far as the
 * primary, read after the lock, still has them so ({@code docs/protocol/delivery.pml}, the staged
 * backfill).
 *
 * <p>Until the commit nobody sees them, but whoever writes one of the same keys waits: deliverers
 * with the lock in hand. So this gives up, and with it the rows, rather than keep them waiting: as
 * soon as it has waited for a moment for a row of theirs, or has waited for the lock while somebody
 * waits for this.
 *
 * <p>Not safe for use by several threads. Nothing is kept unless the {@link LockedCopy} that {@link
 * #lock} gives is committed.
 */
public final class StagedCopy implements AutoCloseable {
  /**
   * Less than the second after which the server looks for deadlocks: it is never a deliverer that
   * is made the victim.
   */
  private static final Duration ROW_PATIENCE = Duration.ofMillis(200);

  private static final Duration LONGEST_WAIT = Duration.ofMillis(400);

  /** Whether anybody waits for what this transaction has written. */
  private static final String WAITED_FOR =
      "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'transactionid' AND NOT granted"
          + " AND transactionid = pg_catalog.pg_current_xact_id_if_assigned()::xid)";

  private final CopyContext context;
  private final Lane lane;
  private final Connection primary;
  private final Connection secondary;
  private boolean handedOver;

  private StagedCopy(CopyContext context, Lane lane, Connection primary, Connection secondary) {
    this.context = context;
    this.lane = lane;
    this.primary = primary;
    this.secondary = secondary;
  }

  /** Begins a transaction on the secondary and a snapshot of the primary; waits for nobody. */
  public static StagedCopy begin(CopyContext context, Lane lane) throws SQLException {
    BothConnections both = BothConnections.open(context);
    Connection primary = both.primary();
    Connection secondary = both.secondary();
    boolean opened = false;
    try {
      primary.setAutoCommit(false);
      Transactions.limitSilence(primary, context);
      Transactions.begin(secondary, context, ROW_PATIENCE);
      Pipeline snapshot = new Pipeline(primary);
      Transactions.wideSnapshot(context).forEach(snapshot::add);
      snapshot.send();
      opened = true;
      return new StagedCopy(context, lane, primary, secondary);
    } finally {
      if (!opened) {
        Transactions.release(secondary);
        Transactions.release(primary);
      }
    }
  }

  /** The primary's connection, in the snapshot. Only for reading. */
  public Connection primary() {
    return primary;
  }

  /** The secondary's connection, in the transaction. */
  public Connection secondary() {
    return secondary;
  }

  /**
   * Ends the snapshot and takes the lane's exclusive locks: what is read from the primary from now
   * on is as of after the lock. This is of no more use then.
   *
   * @param patience how long to wait for the locks at the most
   * @return empty if they were not granted in time, or somebody waited for this meanwhile: nothing
   *     of what was sent is kept
   */
  public Optional<LockedCopy> lock(Duration patience) throws SQLException {
    primary.commit();
    Duration wait = ROW_PATIENCE;
    Duration left = patience;
    while (!queue(wait)) {
      left = left.minus(wait);
      if (left.isNegative() || isWaitedFor()) {
        return Optional.empty();
      }
      // Shorter than what it takes the server to find two that wait for each other.
      Duration longer = wait.multipliedBy(2);
      wait = longer.compareTo(LONGEST_WAIT) < 0 ? longer : LONGEST_WAIT;
    }
    handedOver = true;
    return Optional.of(LockedCopy.after(context, lane, primary, secondary));
  }

  private boolean queue(Duration wait) throws SQLException {
    try {
      Transactions.queue(secondary, context, lane.tables(), wait);
      return true;
    } catch (SQLException e) {
      if (Transactions.LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
        return false;
      }
      throw e;
    }
  }

  private boolean isWaitedFor() throws SQLException {
    try (Statement statement = secondary.createStatement();
        ResultSet row = statement.executeQuery(WAITED_FOR)) {
      row.next();
      return row.getBoolean(1);
    }
  }

  /** Gives everything back, unless {@link #lock} has handed it over; nothing is kept. */
  @Override
  public void close() {
    if (!handedOver) {
      Transactions.release(secondary);
      Transactions.release(primary);
    }
  }
}
