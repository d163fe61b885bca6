package io.dualwrite.jdbc.copy;

import io.dualwrite.jdbc.schema.ColumnText;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Opens the connections of a {@link LockedCopy} and takes its locks; gives all back otherwise. */
record CopyOpening(CopyContext context, Lane lane) {

  /** Takes the locks of all of the lane's tables by that function; empty if it does not get all. */
  Optional<LockedCopy> locking(String function) throws SQLException {
    return open(
        secondary ->
            Transactions.lock(secondary, context, function, lane.tables(), List.of()).all());
  }

  /** Takes locks, and then begins a snapshot of the primary; empty if they were not granted. */
  Optional<LockedCopy> open(LockTaking locks) throws SQLException {
    // Before the lock: strict transactions hold a connection of the same pool while they wait for
    // it.
    BothConnections both = BothConnections.open(context);
    Connection primary = both.primary();
    Connection secondary = both.secondary();
    boolean opened = false;
    try {
      primary.setAutoCommit(false);
      Transactions.limitSilence(primary, context);
      if (!locks.take(secondary)) {
        return Optional.empty();
      }
      opened = true;
      return Optional.of(LockedCopy.after(context, lane, primary, secondary));
    } finally {
      if (!opened) {
        Transactions.release(secondary);
        Transactions.release(primary);
      }
    }
  }

  /** Takes the locks for a transaction of the application, in which the primary is read. */
  LockedCopy within(Collection<TablePair> writes, Connection own, boolean exclusive)
      throws SQLException {
    String lock = exclusive ? "pg_advisory_xact_lock" : "pg_advisory_xact_lock_shared";
    Connection secondary = context.secondaryDatabase().getConnection();
    boolean opened = false;
    try {
      Transactions.Granted granted =
          Transactions.lock(
              secondary, context, lock, lane.tables(), exclusive ? List.of() : writes);
      opened = true;
      return new LockedCopy(
          context,
          lane,
          own,
          List.of(ColumnText.SESSION_SETTINGS),
          secondary,
          false,
          granted.prepares());
    } finally {
      if (!opened) {
        Transactions.release(secondary);
      }
    }
  }
}
