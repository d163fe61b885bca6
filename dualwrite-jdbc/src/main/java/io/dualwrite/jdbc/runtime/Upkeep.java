package io.dualwrite.jdbc.runtime;

import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.journal.Instances;
import io.dualwrite.jdbc.journal.Presence;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a migration does by itself from time to time: gaps, the journal's return, heartbeat, schema.
 */
final class Upkeep {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
  private static final int TEND_MILLIS = 100;
  private static final int LOOK_MILLIS = 5_000;
  private static final int FORGET_HOURS = 6;
  private static final int THREADS = 5;

  private final String migration;
  private final Mode mode;
  private final EffectiveState state;
  private final JournalCheck journalCheck;
  private final Membership membership;
  private final Runnable lookAtSchema;
  private final Condition condition;

  /** Of the last heartbeat; both are touched by one run at a time. */
  private @Nullable Presence told;

  private long beatAt = System.nanoTime() - Instances.HEARTBEAT.toNanos();

  Upkeep(
      String migration,
      Mode mode,
      EffectiveState state,
      JournalCheck journalCheck,
      Membership membership,
      Runnable lookAtSchema,
      Condition condition) {
    this.migration = migration;
    this.mode = mode;
    this.state = state;
    this.condition = condition;
    this.journalCheck = journalCheck;
    this.membership = membership;
    this.lookAtSchema = lookAtSchema;
  }

  /** Daemon threads for everything that the application does not wait for. */
  static ScheduledThreadPoolExecutor threads(String migration) {
    ScheduledThreadPoolExecutor threads =
        new ScheduledThreadPoolExecutor(
            THREADS,
            task -> {
              Thread thread = Executors.defaultThreadFactory().newThread(task);
              thread.setName("dualwrite-" + migration);
              thread.setDaemon(true);
              return thread;
            });
    threads.setRemoveOnCancelPolicy(true);
    return threads;
  }

  /** From now on, until these threads are shut down. */
  void start(ScheduledExecutorService threads) {
    threads.scheduleWithFixedDelay(this::tend, TEND_MILLIS, TEND_MILLIS, TimeUnit.MILLISECONDS);
    threads.scheduleWithFixedDelay(this::check, TEND_MILLIS, TEND_MILLIS, TimeUnit.MILLISECONDS);
    threads.scheduleWithFixedDelay(this::beat, 0, TEND_MILLIS, TimeUnit.MILLISECONDS);
    threads.scheduleWithFixedDelay(this::forget, FORGET_HOURS, FORGET_HOURS, TimeUnit.HOURS);
    threads.scheduleWithFixedDelay(lookAtSchema, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void tend() {
    try {
      mode.tend();
      if (mode.stoppedBy(Mode.Reason.JOURNAL) && journalCheck.problem().isEmpty()) {
        mode.go(Mode.Reason.JOURNAL);
      }
    } catch (SQLException e) {
      LOG.debug("migration {}: the journal cannot be tried: {}", migration, Failures.describe(e));
    } catch (RuntimeException e) {
      LOG.error("migration {}: looking after the gap failed", migration, e);
    }
  }

  private void check() {
    try {
      state.check();
      condition.look();
    } catch (RuntimeException e) {
      LOG.error("migration {}: looking after the control table failed", migration, e);
    }
  }

  /** Says that this instance is alive: now and then, and at once when anything of it changes. */
  private void beat() {
    try {
      Presence presence =
          membership.presence(state.phase(), state.epoch(), state.killSwitchBy(), mode.describe());
      boolean due = System.nanoTime() - beatAt >= Instances.HEARTBEAT.toNanos();
      if (due || !presence.equals(told)) {
        Optional<Duration> ago = membership.beat(presence);
        if (ago.isEmpty() || ago.get().compareTo(Instances.ALIVE) > 0) {
          mode.recordAgain();
        }
        told = presence;
        beatAt = System.nanoTime();
        condition.see(membership.all());
      }
    } catch (SQLException e) {
      LOG.debug("migration {}: heartbeat failed: {}", migration, Failures.describe(e));
    } catch (RuntimeException e) {
      LOG.error("migration {}: heartbeat failed", migration, e);
    }
  }

  private void forget() {
    try {
      membership.forget();
    } catch (SQLException | RuntimeException e) {
      LOG.debug(
          "migration {}: instances long gone are not forgotten yet: {}",
          migration,
          Failures.describe(e));
    }
  }
}
