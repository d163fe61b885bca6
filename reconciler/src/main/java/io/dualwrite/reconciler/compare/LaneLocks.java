package io.dualwrite.reconciler.compare;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/**
 * Looks at both sides while nobody delivers: the lane's lock is held on the secondary, the primary
 * is read in a snapshot begun after.
 *
 * @param context the migration's two databases in their roles
 * @param journalled whether the primary has a journal; without one nothing is on its way
 */
public record LaneLocks(CopyContext context, boolean journalled) {
  private static final int PROBE_SECONDS = 5;

  /**
   * Takes the lane's lock; close it soon, deliveries wait.
   *
   * @throws SideReadException naming the side that failed; the secondary also when the lock is not
   *     granted in time
   */
  public LockedCopy begin(Lane lane) {
    try {
      return LockedCopy.begin(context, lane);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** A failure under the lock, of the side that does not answer; the secondary's if both do. */
  public SideReadException failed(SQLException e) {
    return new SideReadException(
        answers(context.primaryDatabase()) ? context.secondary() : context.primary(), e);
  }

  private static boolean answers(DataSource database) {
    try (Connection connection = database.getConnection()) {
      return connection.isValid(PROBE_SECONDS);
    } catch (SQLException e) {
      return false;
    }
  }

  /** The connection to {@code side} under the lock. */
  Connection on(LockedCopy lock, Side side) throws SQLException {
    return side == context.primary() ? lock.primary() : lock.secondary();
  }

  /** The keys out of these whose delivery is still to come. */
  Set<RowKey> pending(LockedCopy lock, TablePair table, Collection<RowKey> keys)
      throws SQLException {
    return journalled ? lock.pending(table, keys) : Set.of();
  }

  /**
   * Since when rows of the table have been written whose delivery is still to come, by the
   * primary's clock; empty if there are none. Reads without the lock.
   */
  public Optional<Instant> oldestPending(Connection primary, TablePair table) throws SQLException {
    if (!journalled) {
      return Optional.empty();
    }
    String sql =
        "select min(at) from (select at from "
            + context.journal().sql()
            + " where table_name = ? collate \"C\" union all select at from "
            + context.journal().setAsideEntries().sql()
            + " where table_name = ? collate \"C\") pending";
    try (PreparedStatement statement = primary.prepareStatement(sql)) {
      statement.setString(1, table.name().toString());
      statement.setString(2, table.name().toString());
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return Optional.ofNullable(result.getTimestamp(1)).map(Timestamp::toInstant);
      }
    }
  }

  /** Whether any delivery to the table is still to come. */
  boolean anyPending(LockedCopy lock, TablePair table) throws SQLException {
    return pending(lock, table, "");
  }

  /** Whether one that is of no single row is. */
  boolean wholePending(LockedCopy lock, TablePair table) throws SQLException {
    return pending(lock, table, " and key is null");
  }

  private boolean pending(LockedCopy lock, TablePair table, String also) throws SQLException {
    if (!journalled) {
      return false;
    }
    String sql =
        "select exists (select 1 from "
            + context.journal().sql()
            + " where table_name = ? collate \"C\""
            + also
            + ") or exists (select 1 from "
            + context.journal().setAsideEntries().sql()
            + " where table_name = ? collate \"C\""
            + also
            + ")";
    try (PreparedStatement statement = lock.primary().prepareStatement(sql)) {
      statement.setString(1, table.name().toString());
      statement.setString(2, table.name().toString());
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getBoolean(1);
      }
    }
  }
}
