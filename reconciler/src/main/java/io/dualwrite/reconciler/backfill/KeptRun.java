package io.dualwrite.reconciler.backfill;

import io.dualwrite.Side;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.state.Retention;
import io.dualwrite.reconciler.state.Run;
import io.dualwrite.reconciler.state.Runs;
import io.dualwrite.reconciler.state.UnfinishedRun;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The run of a backfill as the target keeps it, held by this process, which says so every few
 * seconds until this is closed.
 */
final class KeptRun implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KeptRun.class);

  /** What runs of this kind are called. */
  static final String COMMAND = "backfill";

  static final String TABLES = "tables";
  private static final String ALL = "*";

  /** The holders that work in this process; one that failed while the target was away is not. */
  private static final Set<String> HERE = ConcurrentHashMap.newKeySet();

  private final Snapshots databases;
  private final Runs runs;
  private final Run run;
  private final ScheduledExecutorService heart;
  private boolean ended;

  private KeptRun(Snapshots databases, Runs runs, Run run) {
    this.databases = databases;
    this.runs = runs;
    this.run = run;
    this.heart =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "reconciler-run");
              thread.setDaemon(true);
              return thread;
            });
    long pause = Runs.HEARTBEAT.toMillis();
    heart.scheduleWithFixedDelay(this::touch, pause, pause, TimeUnit.MILLISECONDS);
  }

  /** Tables as a setting. */
  static String tables(List<String> names) {
    return names.isEmpty() ? ALL : String.join(",", names.stream().sorted().toList());
  }

  /** The backfills that nobody works on any more, the latest first. */
  static List<UnfinishedRun> interrupted(Snapshots databases, Runs runs) {
    return databases.on(Side.TARGET, c -> runs.unfinished(c, COMMAND)).stream()
        .filter(r -> !isHeld(r))
        .toList();
  }

  /** Whether others work on backfills that have not ended. */
  static Optional<UnfinishedRun> other(Connection target, Runs runs, Optional<Run> own)
      throws SQLException {
    return runs.unfinished(target, COMMAND).stream()
        .filter(KeptRun::isHeld)
        .filter(r -> own.isEmpty() || r.run().id() != own.get().id())
        .findFirst();
  }

  /**
   * Throws while another process works on a backfill of one of these tables.
   *
   * @throws BackfillBusyException naming it
   */
  static void throwIfBusy(Connection target, Runs runs, String tables, Optional<Run> own)
      throws SQLException {
    Optional<UnfinishedRun> busy =
        runs.unfinished(target, COMMAND).stream()
            .filter(KeptRun::isHeld)
            .filter(r -> own.isEmpty() || r.run().id() != own.get().id())
            .filter(r -> overlap(r.run().settings().getOrDefault(TABLES, ALL), tables))
            .findFirst();
    if (busy.isPresent()) {
      throw new BackfillBusyException(busy.get());
    }
  }

  private static boolean isHeld(UnfinishedRun run) {
    ProcessHandle here = ProcessHandle.current();
    boolean ours =
        run.pid() == here.pid()
            && run.processStartedAt()
                .equals(here.info().startInstant().map(i -> i.truncatedTo(ChronoUnit.MILLIS)));
    return run.isHeld() && (!ours || HERE.contains(run.run().holder()));
  }

  private static boolean overlap(String one, String other) {
    return one.equals(ALL)
        || other.equals(ALL)
        || !Collections.disjoint(
            Arrays.asList(one.split(",", -1)), Arrays.asList(other.split(",", -1)));
  }

  /**
   * Begins one.
   *
   * @param replaced interrupted ones that it takes the place of: they cannot be taken up any more
   * @throws BackfillBusyException while another process copies one of these tables
   */
  static KeptRun begin(
      Snapshots databases,
      Runs runs,
      SortedMap<String, String> settings,
      List<UnfinishedRun> replaced) {
    Run run =
        alone(
            databases,
            runs,
            c -> {
              throwIfBusy(c, runs, settings.getOrDefault(TABLES, ALL), Optional.empty());
              for (UnfinishedRun old : replaced) {
                Optional<Run> taken = runs.takeOver(c, old.run());
                if (taken.isPresent()) {
                  runs.end(c, taken.get(), "given up");
                }
              }
              return ours(runs.begin(c, COMMAND, settings));
            });
    return new KeptRun(databases, runs, run);
  }

  /**
   * Empty if somebody else was faster.
   *
   * @throws BackfillBusyException while another process copies one of its tables
   */
  static Optional<KeptRun> takeOver(Snapshots databases, Runs runs, Run interrupted) {
    return alone(
            databases,
            runs,
            c -> {
              throwIfBusy(
                  c,
                  runs,
                  interrupted.settings().getOrDefault(TABLES, ALL),
                  Optional.of(interrupted));
              return runs.takeOver(c, interrupted).map(KeptRun::ours);
            })
        .map(run -> new KeptRun(databases, runs, run));
  }

  /** Before anybody else in this process can see it. */
  private static Run ours(Run run) {
    HERE.add(run.holder());
    return run;
  }

  /** In a transaction in which nobody else begins or takes up a run. */
  private static <T> T alone(Snapshots databases, Runs runs, Snapshots.Read<T> work) {
    return databases.write(
        Side.TARGET,
        c -> {
          c.setAutoCommit(false);
          try (Statement statement = c.createStatement()) {
            // Under another default, what is seen would be older than the turn that was waited for.
            statement.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
            runs.serialize(c);
            T result = work.in(c);
            c.commit();
            return result;
          } finally {
            if (!c.isClosed()) {
              c.rollback();
              c.setAutoCommit(true);
            }
          }
        });
  }

  Run run() {
    return run;
  }

  private void touch() {
    try {
      databases.write(
          Side.TARGET,
          c -> {
            runs.touch(c, run);
            return true;
          });
    } catch (SideReadException e) {
      // The windows say so too, as soon as one is to be kept.
      LOG.debug("The run could not be kept alive: {}", e.problem());
    }
  }

  /**
   * It is done and cannot be taken up again. What is of no use any more is removed, of this run and
   * of others.
   */
  void end(String outcome, Retention retention) {
    ended = true;
    heart.shutdownNow();
    databases.write(
        Side.TARGET,
        c -> {
          runs.end(c, run, outcome);
          retention.prune(c);
          return true;
        });
  }

  /** Whoever resumes it need not wait until this process has been silent for long. */
  @Override
  public void close() {
    heart.shutdownNow();
    HERE.remove(run.holder());
    if (!ended) {
      try {
        databases.write(
            Side.TARGET,
            c -> {
              runs.release(c, run);
              return true;
            });
      } catch (SideReadException e) {
        LOG.debug("The run could not be left: {}", e.problem());
      }
    }
  }
}
