package io.dualwrite.jdbc;

import io.dualwrite.Side;
import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.runtime.Migration;
import io.dualwrite.jdbc.wrap.BoundParameters;
import io.dualwrite.jdbc.wrap.MirroredTransaction;
import io.dualwrite.jdbc.wrap.Mirroring;
import io.dualwrite.jdbc.wrap.SessionNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The migration as one connection sees it: started by the connection's first statement that is not
 * plainly a read, so that opening and testing a connection, and reading by a role that may do
 * nothing else, needs nothing but that connection. If it cannot be started, the statement is not
 * executed.
 */
final class StartingMirroring implements Mirroring {
  private static final Logger LOG = LoggerFactory.getLogger(StartingMirroring.class);

  /** Calls nothing, makes nothing: no plan is needed to run it. */
  private static final Pattern PLAIN_READ =
      Pattern.compile(
          "\\s*(?:SELECT|SHOW|VALUES)\\b(?!.*\\bINTO\\b)[^(;]*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private final SharedMigration shared;
  private final Side connectedTo;
  private volatile @Nullable Migration running;
  private @Nullable OpenConnection connection;

  StartingMirroring(SharedMigration shared, Side connectedTo) {
    this.shared = shared;
    this.connectedTo = connectedTo;
  }

  /**
   * Yes until it is known. Where that turns out wrong, the first transaction is journaled although
   * mirroring is stopped, and its entries wait.
   */
  @Override
  public boolean active() {
    Migration migration = running;
    return migration == null || migration.active();
  }

  private Migration running() throws SQLException {
    Migration migration = running;
    return migration == null ? start() : migration;
  }

  private Migration start() throws SQLException {
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
      return migration;
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new SQLNonTransientConnectionException(e.getMessage(), "08001", e);
    }
  }

  @Override
  public CapturePlan plan(Connection raw, SessionNames session, String sql, RequestedKeys keys)
      throws SQLException {
    return running == null && PLAIN_READ.matcher(sql).matches()
        ? new CapturePlan.PassThrough()
        : running().plan(raw, session, sql, keys);
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
  public boolean namedByTriggers(CapturePlan.Unmirrored plan) {
    Migration migration = running;
    return migration != null && migration.namedByTriggers(plan);
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
    try {
      running().bypass(kind);
    } catch (SQLException e) {
      LOG.warn(
          "not mirrored (bypass): {}; and the migration cannot be started: {}",
          kind,
          Failures.describe(e));
    }
  }

  /** For plain reads, which start nothing, the migration that another connection has started. */
  private @Nullable Migration repeating() {
    Migration migration = running;
    return migration == null && shared.config().shadowReads().sampleRate() > 0
        ? shared.running().filter(m -> m.primarySide() == connectedTo).orElse(null)
        : migration;
  }

  @Override
  public boolean repeatsReads() {
    Migration migration = repeating();
    return migration != null && migration.repeatsReads();
  }

  @Override
  public boolean samples(String sql) {
    Migration migration = repeating();
    return migration != null && migration.samples(sql);
  }

  @Override
  public void repeat(Connection raw, SessionNames session, String sql, BoundParameters parameters) {
    Migration migration = repeating();
    if (migration != null) {
      migration.repeat(raw, session, sql, parameters);
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
