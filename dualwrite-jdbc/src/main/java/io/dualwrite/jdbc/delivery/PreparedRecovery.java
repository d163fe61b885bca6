package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.prepared.PreparedId;
import io.dualwrite.jdbc.prepared.PreparedTransactions;
import io.dualwrite.jdbc.prepared.PreparedTransactions.Waiting;
import io.dualwrite.jdbc.prepared.PrimaryDatabase;
import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what STRICT has left prepared on the secondary, whoever prepared it: at start, from time to
 * time, and when a commit could not do so itself. The primary is asked what became of the
 * transaction, never guessed; several instances may do this at once. While delivery is stopped (the
 * kill switch) it only rolls back: what the primary committed is delivered from the journal
 * afterwards. One daemon thread of its own.
 */
public final class PreparedRecovery implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PreparedRecovery.class);

  private static final Duration OFTEN = Duration.ofSeconds(1);
  private static final Duration SELDOM = Duration.ofSeconds(30);

  /** Younger ones are most likely being committed right now. */
  private static final Duration YOUNG = Duration.ofSeconds(1);

  private static final Duration OLD = Duration.ofSeconds(30);
  private static final String ENDED_BY_OTHERS = "42704";
  private static final String ANOTHERS = "42501";
  private static final int MOST_REMEMBERED = 10_000;

  private final CopyContext context;
  private final PrimaryDatabase database;
  private final boolean strict;
  private final BooleanSupplier mayCommit;
  private final Runnable wake;
  private final ScheduledThreadPoolExecutor executor;

  /** Left by commits of this process. */
  private final Set<String> left = ConcurrentHashMap.newKeySet();

  private final AtomicBoolean asked = new AtomicBoolean();
  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private final AtomicInteger most = new AtomicInteger(-1);
  private volatile String identity = PrimaryDatabase.UNTOLD;
  private boolean reachable = true;
  private long lookedAt = System.nanoTime() - SELDOM.toNanos();
  private boolean anyWaiting;

  /**
   * Does nothing yet.
   *
   * @param strict whether any table may be written under STRICT
   * @param mayCommit false while the secondary must not be written
   * @param wake has delivery look at the journal
   */
  public PreparedRecovery(
      CopyContext context, boolean strict, BooleanSupplier mayCommit, Runnable wake) {
    this.context = context;
    this.database = new PrimaryDatabase(context.journal());
    this.strict = strict;
    this.mayCommit = mayCommit;
    this.wake = wake;
    this.executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = Executors.defaultThreadFactory().newThread(task);
              thread.setName("dualwrite-prepared-" + context.migration());
              thread.setDaemon(true);
              return thread;
            });
    executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
  }

  /** Looks at once, and from now on. */
  public void start() {
    executor.scheduleWithFixedDelay(this::lookIfDue, 0, OFTEN.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Which database of which server the primary was when it was last looked at. */
  String identity() {
    return identity;
  }

  /** A commit leaves this behind, perhaps prepared: it is looked after at once. */
  void soon(PreparedId id) {
    if (left.size() < MOST_REMEMBERED) {
      left.add(id.text());
    }
    if (asked.compareAndSet(false, true)) {
      executor.execute(this::look);
    }
  }

  private void lookIfDue() {
    boolean due = System.nanoTime() - lookedAt >= SELDOM.toNanos();
    if (strict || anyWaiting || !left.isEmpty() || due) {
      look();
    }
  }

  private void look() {
    asked.set(false);
    lookedAt = System.nanoTime();
    try {
      List<String> mine = List.copyOf(left);
      PreparedTransactions prepared;
      try (Connection secondary = context.secondaryDatabase().getConnection()) {
        prepared = PreparedTransactions.read(secondary, context.migration());
      }
      if (strict) {
        announce(prepared);
        try (Connection primary = context.primaryDatabase().getConnection()) {
          identity = database.identity(primary);
        }
      }
      anyWaiting = !prepared.waiting().isEmpty();
      List<Waiting> due = new ArrayList<>();
      for (Waiting one : prepared.waiting()) {
        if (one.age().compareTo(YOUNG) >= 0 || left.contains(one.text())) {
          due.add(one);
        }
      }
      if (!due.isEmpty()) {
        end(due);
      }
      forget(mine, prepared);
      reachable = true;
    } catch (SQLException | RuntimeException e) {
      if (reachable && (strict || anyWaiting)) {
        LOG.warn("strict: prepared transactions cannot be looked after: {}", Failures.describe(e));
      }
      reachable = false;
    }
  }

  /** One whose PREPARE is still on its way is found later, by its age. */
  private void forget(List<String> mine, PreparedTransactions seen) {
    List<String> texts = seen.waiting().stream().map(Waiting::text).toList();
    mine.stream().filter(text -> !texts.contains(text)).forEach(left::remove);
    told.retainAll(texts);
  }

  private void announce(PreparedTransactions prepared) {
    if (most.getAndSet(prepared.most()) != prepared.most()) {
      LOG.info(
          "strict: {} ({}: max_prepared_transactions = {})",
          prepared.twoPhases() ? "two phases" : "one phase, with the journal",
          context.secondary().label(),
          prepared.most());
    }
  }

  private void end(List<Waiting> due) throws SQLException {
    try (Connection secondary = context.secondaryDatabase().getConnection();
        Connection primary = context.primaryDatabase().getConnection()) {
      secondary.setAutoCommit(true);
      primary.setAutoCommit(true);
      String current = database.identity(primary);
      for (Waiting one : due) {
        PreparedId id = PreparedId.parse(one.text()).orElse(null);
        PrimaryDatabase.Outcome outcome =
            id == null ? PrimaryDatabase.Outcome.UNKNOWN : database.outcome(primary, current, id);
        switch (outcome) {
          case RUNNING -> tellIfOld(one);
          case UNKNOWN -> tellUnknown(one);
          case COMMITTED -> end(secondary, one, mayCommit.getAsBoolean());
          case ROLLED_BACK -> end(secondary, one, false);
        }
      }
    }
  }

  private void end(Connection secondary, Waiting one, boolean commits) throws SQLException {
    try (Statement statement = secondary.createStatement()) {
      statement.execute(
          (commits ? "COMMIT PREPARED " : "ROLLBACK PREPARED ") + Identifiers.literal(one.text()));
      LOG.info(
          "strict: {} a transaction that was left prepared on the {} {} ms ago",
          commits ? "committed" : "rolled back",
          context.secondary().label(),
          one.age().toMillis());
    } catch (SQLException e) {
      if (ANOTHERS.equals(e.getSQLState())) {
        tellNotOurs(one);
      } else if (!ENDED_BY_OTHERS.equals(e.getSQLState())) {
        throw e;
      }
    } finally {
      wake.run();
    }
    left.remove(one.text());
  }

  private void tellIfOld(Waiting one) {
    if (one.age().compareTo(OLD) >= 0 && told.add(one.text())) {
      LOG.warn(
          "strict: a transaction has been prepared on the {} for {} s, because the {}'s transaction still runs; it holds"
              + " its rows, its lane and the {}'s vacuum: {}",
          context.secondary().label(),
          one.age().toSeconds(),
          context.primary().label(),
          context.secondary().label(),
          one.text());
    }
  }

  private void tellNotOurs(Waiting one) {
    if (told.add(one.text())) {
      LOG.error(
          "strict: a transaction has been prepared on the {} for {} s by a user other than this application's, and only that"
              + " user may end it: {}",
          context.secondary().label(),
          one.age().toSeconds(),
          one.text());
    }
  }

  private void tellUnknown(Waiting one) {
    if (told.add(one.text())) {
      LOG.error(
          "strict: the {} does not know what became of a transaction that has been prepared on the {} for {} s (was the {}"
              + " restored, or replaced by another server?). It stays prepared, and holds its rows, its lane and the {}'s"
              + " vacuum, until somebody ends it on the {}: ROLLBACK PREPARED '{}'. What the {} has of it is then delivered"
              + " from the journal; a `compare` finds the rest.",
          context.primary().label(),
          context.secondary().label(),
          one.age().toSeconds(),
          context.primary().label(),
          context.secondary().label(),
          context.secondary().label(),
          one.text(),
          context.primary().label());
    }
  }

  /** Ends what commits of this process have left, if that can be done at once, and stops. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(
          context.statementTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
        executor.shutdownNow();
      } else if (!left.isEmpty()) {
        look();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
