package io.dualwrite.jdbc.runtime;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.wrap.SessionNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the plans up with the schema: when the application changes it, when something is met that
 * is newer than what is known, and every few seconds. The application never waits long for it.
 */
final class SchemaWatch {
  private static final Logger LOG = LoggerFactory.getLogger(SchemaWatch.class);
  private static final long REFRESH_AGAIN_NANOS = 1_000_000_000;
  private static final int REFRESH_PATIENCE_MILLIS = 2_000;
  private static final int LOOK_SOON_MILLIS = 20;
  private static final String UNDEFINED_COLUMN = "42703";

  /** Told where a plan gives labels to more columns than an asterisk stands for. */
  private static final String INVALID_COLUMN_REFERENCE = "42P10";

  private final String migration;
  private final Plans plans;
  private final ScheduledExecutorService chores;
  private final AtomicLong refreshedAt = new AtomicLong(System.nanoTime() - REFRESH_AGAIN_NANOS);
  private final AtomicBoolean lookingSoon = new AtomicBoolean();
  private volatile boolean changed;

  SchemaWatch(String migration, Plans plans, ScheduledExecutorService chores) {
    this.migration = migration;
    this.plans = plans;
    this.chores = chores;
  }

  /** The application has changed the schema: it is read again before the next plan is made. */
  void changed() {
    changed = true;
  }

  /** The plan of a statement, made with what is known of the schema by now. */
  CapturePlan plan(Connection raw, SessionNames session, String sql, RequestedKeys keys)
      throws SQLException {
    if (changed) {
      refresh();
    }
    CapturePlan plan = plans.plan(raw, session, sql, keys);
    return plans.isStale() && refreshedSoon() ? plans.plan(raw, session, sql, keys) : plan;
  }

  /**
   * Whether the statement failed for a column that the plan names, of the key or behind an asterisk
   * of the application's, and the table has no more. An application that misspells columns of its
   * own costs nothing here.
   */
  boolean outdated(CapturePlan.Captured plan, SQLException failure) {
    boolean namesGone =
        UNDEFINED_COLUMN.equals(failure.getSQLState())
            ? namesKey(plan, failure)
            : INVALID_COLUMN_REFERENCE.equals(failure.getSQLState());
    if (!namesGone) {
      return false;
    }
    boolean known = isKnown(plan);
    return !known || (refreshedSoon() && !isKnown(plan));
  }

  private static boolean namesKey(CapturePlan.Captured plan, SQLException failure) {
    String message = String.valueOf(failure.getMessage());
    return plan.tables().stream()
        .flatMap(table -> Stream.concat(table.key().stream(), table.rangeColumn().stream()))
        .anyMatch(column -> message.contains(column.name()));
  }

  private boolean isKnown(CapturePlan.Captured plan) {
    return plans.tables().tables().containsAll(plan.tables());
  }

  /**
   * A relation that the catalog does not know yet, made elsewhere: the catalog is read anew before
   * the statement runs, at most once a second, and without waiting long for a connection.
   */
  private boolean refreshedSoon() {
    long now = System.nanoTime();
    long last = refreshedAt.get();
    if (chores.isShutdown()
        || now - last < REFRESH_AGAIN_NANOS
        || !refreshedAt.compareAndSet(last, now)) {
      return false;
    }
    Future<?> refresh =
        chores.submit(
            () -> {
              plans.refresh();
              return null;
            });
    try {
      refresh.get(REFRESH_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn(
          "migration {}: a table was met that is newer than what is known of the schema, which could"
              + " not be read again at once: {}",
          migration,
          e.getCause() == null ? "no answer in time" : Failures.describe(e.getCause()));
      return false;
    }
  }

  /** Where that is not possible now (a pool with no connection left), it is tried again soon. */
  private void refresh() {
    changed = false;
    try {
      plans.refresh();
    } catch (SQLException e) {
      LOG.warn(
          "migration {}: the schema has changed and cannot be read at the moment: {}",
          migration,
          Failures.describe(e));
      lookSoon();
    }
  }

  /**
   * The statement may have failed because its plan is out of date. An application may fail often by
   * itself, and must not wait for it.
   */
  void lookSoon() {
    if (!chores.isShutdown() && lookingSoon.compareAndSet(false, true)) {
      chores.schedule(
          () -> {
            lookingSoon.set(false);
            look();
          },
          LOOK_SOON_MILLIS,
          TimeUnit.MILLISECONDS);
    }
  }

  /** Reads the schema again if it has changed. */
  void look() {
    try {
      plans.refreshIfChanged();
    } catch (SQLException e) {
      LOG.debug(
          "migration {}: the schema cannot be looked at: {}", migration, Failures.describe(e));
    } catch (RuntimeException e) {
      LOG.error("migration {}: looking at the schema failed", migration, e);
    }
  }
}
