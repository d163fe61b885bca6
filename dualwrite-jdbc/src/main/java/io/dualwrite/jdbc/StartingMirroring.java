package io.dualwrite.jdbc;

import io.dualwrite.Side;
import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import io.dualwrite.jdbc.runtime.Migration;
import io.dualwrite.jdbc.wrap.MirroredTransaction;
import io.dualwrite.jdbc.wrap.Mirroring;
import io.dualwrite.jdbc.wrap.SessionNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import org.jspecify.annotations.Nullable;

/**
 * The migration as one connection sees it: started by the connection's first statement, so that
 * opening and testing a connection needs nothing but that connection. If it cannot be started,
 * nothing is executed.
 */
final class StartingMirroring implements Mirroring {
  private final SharedMigration shared;
  private final Side connectedTo;
  private volatile @Nullable Migration running;
  private @Nullable OpenConnection connection;
  private SQLException failure = new SQLNonTransientConnectionException("not started", "08003");

  StartingMirroring(SharedMigration shared, Side connectedTo) {
    this.shared = shared;
    this.connectedTo = connectedTo;
  }

  @Override
  public boolean active() {
    Migration migration = running;
    return migration == null ? start() : migration.active();
  }

  /** If it cannot be started, the answer is yes, and {@link #plan} says why not. */
  private boolean start() {
    try {
      Migration migration = shared.started();
      if (migration.primarySide() != connectedTo) {
        throw new SQLNonTransientConnectionException(
            "the roles have changed: the primary is the "
                + migration.primarySide().label()
                + " now. Connect again.",
            "08006");
      }
      if (connection != null) {
        migration.opened(connection);
      }
      running = migration;
      return migration.active();
    } catch (SQLException e) {
      failure = e;
    } catch (IllegalArgumentException | IllegalStateException e) {
      failure = new SQLNonTransientConnectionException(e.getMessage(), "08001", e);
    }
    return true;
  }

  private Migration running() throws SQLException {
    Migration migration = running;
    if (migration == null) {
      throw failure;
    }
    return migration;
  }

  @Override
  public CapturePlan plan(Connection raw, SessionNames session, String sql, RequestedKeys keys)
      throws SQLException {
    return running().plan(raw, session, sql, keys);
  }

  @Override
  public @Nullable CapturePlan knownPlan(SessionNames session, String sql, RequestedKeys keys) {
    Migration migration = running;
    return migration == null ? null : migration.knownPlan(session, sql, keys);
  }

  @Override
  public long started() {
    Migration migration = running;
    return migration == null ? 0 : migration.started();
  }

  @Override
  public void wrote(CapturePlan.Captured plan, boolean succeeded, long started) {
    Migration migration = running;
    if (migration != null) {
      migration.wrote(plan, succeeded, started);
    }
  }

  @Override
  public void unmirrored(CapturePlan.Unmirrored plan) throws SQLException {
    running().unmirrored(plan);
  }

  @Override
  public void commit(Connection raw, MirroredTransaction transaction) throws SQLException {
    running().commit(raw, transaction);
  }

  @Override
  public void committed(MirroredTransaction transaction) {
    Migration migration = running;
    if (migration != null) {
      migration.committed(transaction);
    }
  }

  @Override
  public boolean journalFailed(SQLException e) {
    Migration migration = running;
    return migration != null && migration.journalFailed(e);
  }

  @Override
  public boolean outdated(CapturePlan.Captured plan, SQLException e) {
    Migration migration = running;
    return migration != null && migration.outdated(plan, e);
  }

  @Override
  public void schemaChanged() {
    Migration migration = running;
    if (migration != null) {
      migration.schemaChanged();
    }
  }

  @Override
  public void bypass(String kind) {
    if (running == null) {
      start();
    }
    Migration migration = running;
    if (migration != null) {
      migration.bypass(kind);
    }
  }

  @Override
  public void opened(OpenConnection opened) {
    connection = opened;
  }

  @Override
  public void closed(OpenConnection closed) {
    Migration migration = running;
    if (migration != null) {
      migration.closed(closed);
    }
  }
}
