package io.dualwrite.jdbc.delivery;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.delivery.RememberedRows.Remembered;
import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.jdbc.journal.OwnEntries;
import io.dualwrite.jdbc.schema.Lane;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers in the background: wakes a lane when a local transaction touched it, looks at the
 * journal now and then for other instances' entries, and stops at once when told to. Threads are
 * daemons. Closing it or losing the process loses nothing that the journal names.
 */
public final class DeliveryEngine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryEngine.class);

  /** Keys of BEST_EFFORT rows kept per lane. */
  private static final int MEMORY = 100_000;

  /** Counting a long journal costs; the gauges are this old at most. */
  private static final Duration DEPTH_EVERY = Duration.ofSeconds(2);

  /** How long a drain goes on trying a secondary that fails. */
  private static final Duration FAILING = Duration.ofMillis(500);

  /** How long a round that is under way is given to end when delivery is closed. */
  private static final Duration LAST_ROUND = Duration.ofMillis(500);

  private final CopyContext context;
  private final DeliverySettings settings;
  private final LaneSource lanes;
  private final CircuitBreaker breaker;
  private final DualWriteMetrics metrics;
  private final DeliveryProbe probe;
  private final Throttle throttle;
  private final ScheduledThreadPoolExecutor executor;

  /**
   * All that may still be at work, to be cut off: those of lanes that have been replaced since end
   * their round. Nobody else keeps these.
   */
  private final Set<LaneDelivery> deliveries =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  /** Of strict commits, to be cut off with the rest. */
  private final Set<LockedCopy> strictCopies = ConcurrentHashMap.newKeySet();

  /** Entries that strict commits have delivered. */
  private final ClearedSoon cleared;

  private final AtomicBoolean looking = new AtomicBoolean();

  private volatile boolean running;
  private volatile boolean tableChanged;
  private volatile Adopted adopted = new Adopted(List.of(), Map.of(), new AtomicBoolean());

  private final NewTables newTables;
  private final LeftBehind leftBehind;
  private volatile Journal.Depth depth = new Journal.Depth(0, 0, Duration.ZERO);
  private volatile long measuredAt = System.nanoTime() - DEPTH_EVERY.toNanos();
  private final AtomicBoolean lanesReadable = new AtomicBoolean(true);
  private final AtomicBoolean journalReadable = new AtomicBoolean(true);

  /** Where the lanes come from: both catalogs, so that the secondary must be there once. */
  @FunctionalInterface
  public interface LaneSource {
    /** The lanes as they are now; the same list object while nothing changed. */
    List<Lane> lanes() throws SQLException;

    /** They are known to have changed: they are read anew at the next call. */
    default void changed() {}
  }

  /** An engine that is not running yet. */
  public DeliveryEngine(
      CopyContext context,
      DeliverySettings settings,
      LaneSource lanes,
      CircuitBreaker breaker,
      DualWriteMetrics metrics,
      DeliveryProbe probe) {
    this.context = context;
    this.settings = settings;
    this.lanes = lanes;
    this.breaker = breaker;
    this.metrics = metrics;
    this.probe = probe;
    this.throttle = new Throttle(context.migration(), settings.throttle());
    this.newTables = new NewTables(MEMORY, metrics);
    this.leftBehind = new LeftBehind(metrics);
    this.executor =
        new ScheduledThreadPoolExecutor(
            settings.threads() + settings.workers() + 1,
            task -> {
              Thread thread = Executors.defaultThreadFactory().newThread(task);
              thread.setName("dualwrite-delivery-" + context.migration());
              thread.setDaemon(true);
              return thread;
            });
    this.cleared = new ClearedSoon(context, executor);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    long every = settings.pollInterval().toMillis();
    executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    executor.scheduleWithFixedDelay(this::lookAtLanes, 0, every, TimeUnit.MILLISECONDS);
    executor.scheduleWithFixedDelay(this::lookAtJournal, every, every, TimeUnit.MILLISECONDS);
    executor.scheduleAtFixedRate(throttle::look, every, every, TimeUnit.MILLISECONDS);
    metrics.showJournal(() -> depth.pending(), () -> depth.oldest().toMillis() / 1000.0);
  }

  /**
   * A write or a commit of the application took so long on the primary, in nanoseconds. Never
   * blocks.
   */
  public void wrote(long took) {
    throttle.wrote(took);
  }

  /** The share of its time that delivery may work while there is a backlog, above 0 to 1. */
  public double share() {
    return throttle.share();
  }

  /** Delivery may run. */
  public void resume() {
    running = true;
    adopted.distinct().forEach(LaneWorker::wake);
  }

  /**
   * Stops at once: nothing is begun any more on the secondary, and what is under way and not at its
   * commit is cut off.
   */
  public void pause() {
    running = false;
    synchronized (deliveries) {
      deliveries.forEach(LaneDelivery::cutOff);
    }
    strictCopies.forEach(LockedCopy::abort);
  }

  /**
   * A strict commit writes the secondary; false, and then it must not, when delivery is stopped.
   */
  boolean underWay(LockedCopy copy) {
    strictCopies.add(copy);
    if (!running) {
      strictCopies.remove(copy);
    }
    return running;
  }

  /** These have been delivered, and are to be deleted. Never blocks. */
  void clearSoon(OwnEntries entries) {
    cleared.add(entries);
  }

  /** A table was found to be other than its lane knows it. */
  void tableChanged() {
    tableChanged = true;
  }

  /** It does so no longer. */
  void ended(LockedCopy copy) {
    strictCopies.remove(copy);
  }

  /** Whether delivery may run. */
  public boolean isRunning() {
    return running;
  }

  /** A local transaction journaled rows of this table. Never blocks. */
  public void wake(String table) {
    LaneWorker worker = adopted.worker(table);
    if (worker == null) {
      newTables.written(table);
    } else if (running) {
      worker.wake();
    }
  }

  /** The same for several tables. */
  public void wakeAll(Collection<String> tables) {
    tables.forEach(this::wake);
  }

  /** A local transaction may have journaled rows of any table. Never blocks. */
  public void look() {
    if (running && looking.compareAndSet(false, true)) {
      executor.execute(
          () -> {
            looking.set(false);
            lookAtJournal();
          });
    }
  }

  /**
   * Takes rows of a BEST_EFFORT table; what does not fit is counted and left to the reconciler.
   *
   * @param keyId of which columns the keys are ({@link io.dualwrite.jdbc.schema.KeyId})
   */
  public void remember(String table, int keyId, Collection<RowKey> keys) {
    remember(keys.stream().map(key -> new Remembered(table, keyId, key)).toList());
  }

  private void remember(Collection<Remembered> rows) {
    for (Remembered row : rows) {
      LaneWorker worker = adopted.worker(row.table());
      if (worker != null) {
        worker.lane().remember(List.of(row));
        if (running) {
          worker.wake();
        }
      } else if (!newTables.keep(row)) {
        metrics.secondaryFailure(row.table(), "secondary-unknown");
      }
    }
    if (executor.isShutdown()) {
      leftBehind.add(newTables.take());
    }
  }

  /**
   * Waits until what these tables' journal holds now is delivered.
   *
   * @return false when it is not within the limit, or the secondary is down or does not take such a
   *     table's rows, in which case nothing is waited for
   */
  public boolean await(Collection<String> tables, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    Set<LaneWorker> waitedFor = new HashSet<>();
    for (String table : tables) {
      if (!await(table, end, waitedFor)) {
        return false;
      }
    }
    return true;
  }

  private boolean await(String table, long end, Set<LaneWorker> waitedFor)
      throws InterruptedException {
    Adopted now;
    Duration left;
    do {
      now = adopted;
      LaneWorker worker = now.worker(table);
      if (worker == null || !running || breaker.getState() == CircuitBreaker.State.OPEN) {
        return false;
      }
      left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
      if (waitedFor.contains(worker) || worker.await(left)) {
        waitedFor.add(worker);
        return !worker.lane().heldTables().contains(table);
      }
    } while (now.replaced().get() && !left.isZero());
    return false;
  }

  /**
   * Waits until what the journal holds now is delivered, for an application that is about to end.
   *
   * @return false when it is not within the limit, or delivery is stopped, or the secondary is down
   *     or does not take a table's rows
   */
  public boolean drain(Duration limit) throws InterruptedException, SQLException {
    long end = System.nanoTime() + limit.toNanos();
    List<String> waiting;
    try (Connection primary = context.primaryDatabase().getConnection()) {
      waiting = context.journal().tablesWithEntries(primary);
    }
    boolean all = true;
    for (String table : waiting) {
      all &= drain(table, end);
    }
    return all;
  }

  /** A secondary that keeps failing is not waited for; a single failure is nothing. */
  private boolean drain(String table, long end) throws InterruptedException {
    long failingUntil = Math.min(end, System.nanoTime() + FAILING.toNanos());
    while (running && breaker.getState() != CircuitBreaker.State.OPEN) {
      LaneWorker worker = adopted.worker(table);
      long left = end - System.nanoTime();
      if (worker == null) {
        newTables.written(table);
        if (newTables.isMissing(table)) {
          return false;
        }
      }
      if (worker != null && worker.await(Duration.ofNanos(Math.max(0, left)))) {
        return !worker.lane().heldTables().contains(table);
      }
      boolean failing = worker == null ? !lanesReadable.get() : worker.failing();
      if (System.nanoTime() >= (failing ? failingUntil : end)) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    return false;
  }

  /** The lane of a table, once the secondary has been seen. */
  public java.util.Optional<Lane> lane(String table) {
    LaneWorker worker = adopted.worker(table);
    return worker == null
        ? java.util.Optional.empty()
        : java.util.Optional.of(worker.lane().lane());
  }

  /** The journal's fill when it was last looked at. */
  public Journal.Depth depth() {
    return depth;
  }

  /** How long ago that was; long before the first time. */
  public Duration depthAge() {
    return Duration.ofNanos(System.nanoTime() - measuredAt);
  }

  /** Whether the journal could be read when it was tried last. */
  public boolean journalReadable() {
    return journalReadable.get();
  }

  /** Whether both schemas could be read when it was tried last. */
  public boolean schemasReadable() {
    return lanesReadable.get();
  }

  /** Tables whose entries wait because the secondary's table is not as it should be. */
  public List<String> heldTables() {
    return adopted.distinct().stream()
        .flatMap(worker -> worker.lane().heldTables().stream())
        .sorted()
        .toList();
  }

  /** How many rows were delivered in slices of their tables since the lanes were read. */
  public long rowsInSlices() {
    return adopted.distinct().stream().mapToLong(worker -> worker.lane().rowsInSlices()).sum();
  }

  /** Whether the last round of any lane failed. */
  public boolean failing() {
    return adopted.distinct().stream().anyMatch(LaneWorker::failing);
  }

  /**
   * Looks at the schemas of both databases; waits for the secondary, and so has a turn of its own.
   */
  private void lookAtLanes() {
    if (!running) {
      return;
    }
    try {
      boolean isNew = newTables.seek();
      if (isNew || tableChanged || adopted.distinct().stream().anyMatch(LaneWorker::tableChanged)) {
        tableChanged = false;
        lanes.changed();
      }
      adopt(lanes.lanes());
      newTables.sought(adopted.workers().keySet());
      lanesReadable.set(true);
      remember(newTables.take());
    } catch (SQLException | RuntimeException e) {
      if (lanesReadable.getAndSet(false)) {
        LOG.warn("delivery: the databases' schemas cannot be read: {}", Failures.describe(e));
      }
    }
  }

  /** Looks at the journal: entries of other instances, and now and then how many there are. */
  private void lookAtJournal() {
    try (Connection primary = context.primaryDatabase().getConnection()) {
      if (System.nanoTime() - measuredAt >= DEPTH_EVERY.toNanos()) {
        depth = context.journal().depth(primary);
        measuredAt = System.nanoTime();
      }
      context.journal().tablesWithEntries(primary).forEach(this::wake);
      adopted.distinct().stream()
          .filter(worker -> running && (depth.setAside() > 0 || worker.lane().remembers()))
          .forEach(LaneWorker::wake);
      journalReadable.set(true);
    } catch (SQLException | RuntimeException e) {
      if (journalReadable.getAndSet(false)) {
        LOG.warn("delivery: the journal cannot be read: {}", Failures.describe(e));
      }
    }
  }

  private void adopt(List<Lane> current) {
    Adopted former = adopted;
    if (current == former.lanes()) {
      return;
    }
    Map<String, LaneWorker> next = new HashMap<>();
    AtomicBoolean replaced = new AtomicBoolean();
    BooleanSupplier mayRun = () -> running && !executor.isShutdown() && !replaced.get();
    for (Lane lane : current) {
      LaneDelivery delivery =
          new LaneDelivery(lane, context, settings, metrics, probe, mayRun, MEMORY);
      deliveries.add(delivery);
      LaneWorker worker = new LaneWorker(delivery, executor, breaker, settings, throttle, mayRun);
      delivery.tables().forEach(table -> next.put(table, worker));
    }
    adopted = new Adopted(current, next, replaced);
    former.replaced().set(true);
    former.distinct().forEach(worker -> worker.lane().replaced(this::remember));
    adopted.distinct().forEach(LaneWorker::wake);
  }

  /**
   * Stops. What only memory names is given a moment to be delivered, and counted if it is not; what
   * is under way is given one too, and the rest stays in the journal.
   */
  @Override
  public void close() {
    try {
      awaitRemembered(System.nanoTime() + context.statementTimeout().toNanos());
      running = false;
      executor.execute(cleared::clear);
      executor.shutdown();
      if (!executor.awaitTermination(LAST_ROUND.toMillis(), TimeUnit.MILLISECONDS)) {
        cutOffForGood();
        // Who is cut off gives back what it had in hand.
        executor.awaitTermination(LAST_ROUND.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      cutOffForGood();
      Thread.currentThread().interrupt();
    }
    adopted.distinct().forEach(worker -> worker.lane().replaced(leftBehind::add));
    leftBehind.add(newTables.take());
  }

  private void cutOffForGood() {
    pause();
    executor.shutdownNow();
  }

  /** Waits for rows that only memory names, unless the secondary fails. */
  private void awaitRemembered(long end) throws InterruptedException {
    long failingUntil = Math.min(end, System.nanoTime() + FAILING.toNanos());
    while (running
        && newTables.keepsRows()
        && System.nanoTime() < (lanesReadable.get() ? end : failingUntil)) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    for (LaneWorker worker : adopted.distinct()) {
      if (running && worker.lane().remembers()) {
        worker.await(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
      }
    }
  }
}
