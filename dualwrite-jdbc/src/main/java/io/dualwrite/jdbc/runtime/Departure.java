package io.dualwrite.jdbc.runtime;

import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.delivery.DeliveryEngine;
import io.dualwrite.jdbc.event.StateChange;
import io.dualwrite.jdbc.journal.Journal;
import java.sql.Connection;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves in order: waits for what is pending, says what is left. Whatever state the databases are
 * in, that takes no longer than the drain's limit and a few moments of {@link #PATIENCE}.
 */
final class Departure {
  private static final Logger LOG = LoggerFactory.getLogger(Departure.class);
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final String migration;
  private final DeliveryEngine delivery;
  private final Journal journal;
  private final DataSource primary;
  private final Mode mode;
  private final ExecutorService executor;

  Departure(
      String migration,
      DeliveryEngine delivery,
      Journal journal,
      DataSource primary,
      Mode mode,
      ExecutorService executor) {
    this.migration = migration;
    this.delivery = delivery;
    this.journal = journal;
    this.primary = primary;
    this.mode = mode;
    this.executor = executor;
  }

  /**
   * Has what is in the journal now delivered, within the limit.
   *
   * @return false if that came to no end
   */
  boolean drain(Duration limit) {
    return limit.isZero()
        || Boolean.TRUE.equals(within(limit.plus(PATIENCE), () -> delivery.drain(limit)));
  }

  /** Something that need not succeed, within a moment. */
  static void attempt(String migration, ExecutorService executor, Callable<?> last) {
    within(migration, executor, PATIENCE, last);
  }

  /** Says what the journal still holds. */
  void tell() {
    Journal.Depth left =
        within(
            PATIENCE,
            () -> {
              try (Connection connection = primary.getConnection()) {
                return journal.depth(connection);
              }
            });
    if (left == null) {
      StateChange.STOPPED_WITH_REST
          .in(LOG, migration)
          .log(
              "migration {}: stopped; the journal cannot be looked at. What it holds is delivered by the next instance",
              migration);
    } else if (left.pending() == 0) {
      StateChange.STOPPED
          .in(LOG, migration)
          .addKeyValue("left", 0)
          .log("migration {}: stopped; nothing is left in the journal", migration);
    } else {
      StateChange.STOPPED_WITH_REST
          .in(LOG, migration)
          .addKeyValue("left", left.pending())
          .log(
              "migration {}: stopped with {} entries left in the journal, the oldest {} s old, while {}; the next instance delivers them",
              migration,
              left.pending(),
              left.oldest().toMillis() / 1000.0,
              delivery.failing() ? "the secondary does not take them" : mode.describe());
    }
  }

  private <T> @Nullable T within(Duration limit, Callable<T> work) {
    return within(migration, executor, limit, work);
  }

  /** What it answers; null if it fails or takes longer. */
  private static <T> @Nullable T within(
      String migration, ExecutorService executor, Duration limit, Callable<T> work) {
    Future<T> answer;
    try {
      answer = executor.submit(work);
    } catch (RejectedExecutionException e) {
      return null;
    }
    try {
      return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      return null;
    } catch (ExecutionException e) {
      LOG.debug(
          "migration {}: while stopping: {}",
          migration,
          Failures.describe(Objects.requireNonNullElse(e.getCause(), e)));
      return null;
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
