package io.dualwrite.jdbc.runtime;

import io.dualwrite.jdbc.copy.Failures;
import java.sql.SQLException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a migration does by itself from time to time: gaps, the journal's return, heartbeat, schema.
 */
final class Upkeep {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
  private static final int TEND_MILLIS = 100;
  private static final int LOOK_MILLIS = 5_000;
  private static final int THREADS = 3;

  private final String migration;
  private final Mode mode;
  private final JournalCheck journalCheck;
  private final Membership membership;
  private final Runnable lookAtSchema;

  Upkeep(
      String migration,
      Mode mode,
      JournalCheck journalCheck,
      Membership membership,
      Runnable lookAtSchema) {
    this.migration = migration;
    this.mode = mode;
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
    threads.scheduleWithFixedDelay(
        this::lookAround, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
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

  private void lookAround() {
    try {
      membership.beat(mode.describe());
    } catch (SQLException e) {
      LOG.debug("migration {}: heartbeat failed: {}", migration, Failures.describe(e));
    } catch (RuntimeException e) {
      LOG.error("migration {}: heartbeat failed", migration, e);
    }
    lookAtSchema.run();
  }
}
