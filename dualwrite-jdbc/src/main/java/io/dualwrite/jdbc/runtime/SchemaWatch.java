package io.dualwrite.jdbc.runtime;

import static java.util.Objects.requireNonNull;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.wrap.SessionNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the plans up with the schema: when the application changes it, when something is met that
 * is newer than what is known, and every few seconds. The application never waits long for it.
 */
final class SchemaWatch {
  private static final Logger LOG = LoggerFactory.getLogger(SchemaWatch.class);
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final long AGAIN_NANOS = 1_000_000_000;
  private static final int MESSAGES = 100;
  private static final int LOOK_SOON_MILLIS = 20;
  private static final String UNDEFINED_COLUMN = "42703";

  /** Told where a plan gives labels to more columns than an asterisk stands for. */
  private static final String INVALID_COLUMN_REFERENCE = "42P10";

  private final String migration;
  private final Plans plans;
  private final ScheduledExecutorService chores;
  private final long patience;
  private final Looks looks;
  private final AtomicBoolean lookingSoon = new AtomicBoolean();

  /** How often the application has changed the schema; how often when it was last read. */
  private final AtomicLong changes = new AtomicLong();

  private volatile long changesSeen;
  private volatile long failedAt = System.nanoTime() - AGAIN_NANOS;

  /** Failures of statements for which a look found no reason, and when. */
  private final Map<String, Long> unexplained = new ConcurrentHashMap<>();

  /** What a statement waits to know. */
  @FunctionalInterface
  private interface Question<X extends Exception> {
    boolean isAnswered() throws X;
  }

  private enum Outcome {
    ANSWERED,
    /** By a look that began after the question came up. */
    IN_VAIN,
    NOT_LOOKED
  }

  SchemaWatch(String migration, Plans plans, ScheduledExecutorService chores) {
    this(migration, plans, chores, PATIENCE);
  }

  /**
   * @param patience how long a statement waits at most
   */
  SchemaWatch(String migration, Plans plans, ScheduledExecutorService chores, Duration patience) {
    this.migration = migration;
    this.plans = plans;
    this.chores = chores;
    this.patience = patience.toNanos();
    this.looks = new Looks(chores, this::read);
  }

  /** The application has changed the schema: it is read again before the next plan is made. */
  void changed() {
    changes.incrementAndGet();
  }

  /**
   * The plan of a statement. Where that meets what is newer than what is known of the schema, the
   * schema is read again first, for all that meet it at the time.
   */
  CapturePlan plan(Connection raw, SessionNames session, String sql, RequestedKeys keys)
      throws SQLException {
    long change = changes.get();
    boolean changed = change != changesSeen;
    long began = changed ? System.nanoTime() : 0;
    if (changed) {
      look(() -> changesSeen >= change, began + patience);
    }
    Plans.Decision first = plans.decide(raw, session, sql, keys);
    if (first.unknown().isEmpty() || session.madeThese(first.unknown())) {
      return first.plan();
    }
    AtomicReference<Plans.Decision> last = new AtomicReference<>(first);
    Outcome outcome =
        look(
            () -> {
              last.set(plans.decide(raw, session, sql, keys));
              return requireNonNull(last.get()).unknown().isEmpty();
            },
            (changed ? began : System.nanoTime()) + patience);
    if (outcome == Outcome.IN_VAIN) {
      // By a function, say, in this very transaction: no other sees them before its end.
      session.made(requireNonNull(last.get()).unknown());
    }
    return requireNonNull(last.get()).plan();
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
    if (!isKnown(plan)) {
      return true;
    }
    String failed =
        plan.tables().stream().map(CapturedTable::journalName).toList() + failure.getMessage();
    long now = System.nanoTime();
    Long before = unexplained.get(failed);
    if (before != null && now - before < AGAIN_NANOS) {
      return false;
    }
    Outcome outcome = look(() -> !isKnown(plan), now + patience);
    if (outcome == Outcome.IN_VAIN) {
      if (unexplained.size() >= MESSAGES) {
        unexplained.clear();
      }
      unexplained.put(failed, System.nanoTime());
    }
    return outcome == Outcome.ANSWERED;
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
   * Waits for a look at the schema that answers the question: for the one under way, and should
   * that have begun too early, for the next. One that fails is not tried again for a second.
   */
  private <X extends Exception> Outcome look(Question<X> question, long deadline) throws X {
    long now = System.nanoTime();
    if (chores.isShutdown() || now - failedAt < AGAIN_NANOS) {
      return Outcome.NOT_LOOKED;
    }
    Looks.Look look = looks.underWay();
    if (!succeeds(look, deadline)) {
      return Outcome.NOT_LOOKED;
    }
    if (question.isAnswered()) {
      return Outcome.ANSWERED;
    }
    if (!look.sees(now)) {
      if (!succeeds(looks.seeing(now), deadline)) {
        return Outcome.NOT_LOOKED;
      }
      if (question.isAnswered()) {
        return Outcome.ANSWERED;
      }
    }
    return Outcome.IN_VAIN;
  }

  private boolean succeeds(Looks.Look look, long deadline) {
    try {
      if (look.endsBy(deadline, patience)) {
        return look.succeeded();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    if (look.tell()) {
      LOG.warn(
          "migration {}: the schema is newer than what is known of it, and could not be read again"
              + " within {} ms; statements do not wait for it",
          migration,
          TimeUnit.NANOSECONDS.toMillis(patience));
    }
    return false;
  }

  /**
   * For all who wait. Where that is not possible now (a pool with no connection left), it is tried
   * again soon.
   */
  private boolean read() {
    long change = changes.get();
    try {
      plans.refresh();
      return true;
    } catch (SQLException e) {
      LOG.warn(
          "migration {}: the schema has changed and cannot be read at the moment: {}",
          migration,
          Failures.describe(e));
    } catch (RuntimeException e) {
      LOG.error("migration {}: reading the schema failed", migration, e);
    } finally {
      changesSeen = change;
    }
    failedAt = System.nanoTime();
    lookSoon();
    return false;
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
      failedAt = System.nanoTime() - AGAIN_NANOS;
    } catch (SQLException e) {
      LOG.debug(
          "migration {}: the schema cannot be looked at: {}", migration, Failures.describe(e));
    } catch (RuntimeException e) {
      LOG.error("migration {}: looking at the schema failed", migration, e);
    }
  }
}
