package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.copy.BothConnections;
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
  private final PreparedLog log;
  private final ScheduledThreadPoolExecutor executor;

  /** Left by commits of this process. */
  private final Set<String> left = ConcurrentHashMap.newKeySet();

  /** Of commits of this process that are neither settled nor left yet. */
  private final CommitsUnderWay underWay = new CommitsUnderWay();

  private final AtomicBoolean asked = new AtomicBoolean();
  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private final AtomicInteger most = new AtomicInteger(-1);
  private volatile boolean closed;
  private volatile String identity = PrimaryDatabase.UNTOLD;
  private boolean reachable = true;
  private volatile long lookedAt = System.nanoTime() - SELDOM.toNanos();
  private volatile boolean anyWaiting;

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
    this.log = new PreparedLog(context);
    this.executor =
        new ScheduledThreadPoolExecutor(
            1, this::thread, (late, executor) -> thread(this::look).start());
  }

  private Thread thread(Runnable task) {
    Thread thread = Executors.defaultThreadFactory().newThread(task);
    thread.setName("dualwrite-prepared-" + context.migration());
    thread.setDaemon(true);
    return thread;
  }

  /** Looks at once, and from now on. */
  public void start() {
    executor.scheduleWithFixedDelay(this::lookIfDue, 0, OFTEN.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Which database of which server the primary was when it was last looked at. */
  String identity() {
    return identity;
  }

  /** A commit is about to prepare this; it tells of its end by one of the next two. */
  void begun(PreparedId id) {
    underWay.begun(id);
  }

  /** Nothing of it is left prepared. */
  void settled(PreparedId id) {
    underWay.ended(id);
  }

  /**
   * A commit leaves this behind, perhaps prepared: it is looked after at once, and even when this
   * has been closed meanwhile, as long as the databases can still be reached from here.
   */
  void soon(PreparedId id) {
    if (left.size() < MOST_REMEMBERED) {
      left.add(id.text());
    }
    underWay.ended(id);
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

  private synchronized void look() {
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
      log.form(prepared);
    }
  }

  private void end(List<Waiting> due) throws SQLException {
    int committed = 0;
    int rolledBack = 0;
    try (BothConnections both = BothConnections.open(context)) {
      Connection secondary = both.secondary();
      Connection primary = both.primary();
      secondary.setAutoCommit(true);
      primary.setAutoCommit(true);
      String current = database.identity(primary);
      for (Waiting one : due) {
        PreparedId id = PreparedId.parse(one.text()).orElse(null);
        PrimaryDatabase.Outcome outcome =
            id == null ? PrimaryDatabase.Outcome.UNKNOWN : database.outcome(primary, current, id);
        switch (outcome) {
          case RUNNING -> {
            if (one.age().compareTo(OLD) >= 0 && told.add(one.text())) {
              log.old(one);
            }
          }
          case UNKNOWN -> {
            if (told.add(one.text())) {
              log.unknown(one);
            }
          }
          case COMMITTED, ROLLED_BACK -> {
            boolean commits =
                outcome == PrimaryDatabase.Outcome.COMMITTED && !closed && mayCommit.getAsBoolean();
            if (ended(secondary, one, commits)) {
              committed += commits ? 1 : 0;
              rolledBack += commits ? 0 : 1;
            }
          }
        }
      }
    } finally {
      if (committed + rolledBack > 0) {
        log.ended(committed, rolledBack);
        wake.run();
      }
    }
  }

  private boolean ended(Connection secondary, Waiting one, boolean commits) throws SQLException {
    boolean done = false;
    try (Statement statement = secondary.createStatement()) {
      statement.execute(
          (commits ? "COMMIT PREPARED " : "ROLLBACK PREPARED ") + Identifiers.literal(one.text()));
      done = true;
    } catch (SQLException e) {
      if (ANOTHERS.equals(e.getSQLState())) {
        if (told.add(one.text())) {
          log.notOurs(one);
        }
      } else if (!ENDED_BY_OTHERS.equals(e.getSQLState())) {
        throw e;
      }
    }
    left.remove(one.text());
    return done;
  }

  /**
   * Waits for commits of this process that are under way, ends what they have left, if that can be
   * done at once, and stops. What a commit leaves later is only rolled back: nobody follows the
   * kill switch any more, and the journal has what the primary committed.
   */
  @Override
  public void close() {
    Duration limit = context.statementTimeout();
    try {
      underWay.await(limit);
      executor.shutdown();
      if (!executor.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        executor.shutdownNow();
      } else if (!left.isEmpty()) {
        look();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    } finally {
      closed = true;
      asked.set(false);
    }
  }
}
