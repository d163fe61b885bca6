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
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
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
  private final Queue<OwnEntries> delivered = new ConcurrentLinkedQueue<>();

  private final AtomicBoolean clearing = new AtomicBoolean();
  private final AtomicBoolean looking = new AtomicBoolean();

  private volatile boolean running;
  private volatile boolean tableChanged;
  private volatile Adopted adopted = new Adopted(List.of(), Map.of(), new AtomicBoolean());

  /** Tables that were written and have no lane: new ones, for each of which is looked once. */
  private final Set<String> withoutLane = ConcurrentHashMap.newKeySet();

  private volatile Journal.Depth depth = new Journal.Depth(0, 0, Duration.ZERO);
  private volatile long measuredAt = System.nanoTime() - DEPTH_EVERY.toNanos();
  private final AtomicBoolean lanesReadable = new AtomicBoolean(true);
  private final AtomicBoolean journalReadable = new AtomicBoolean(true);

  /** Keys of BEST_EFFORT rows written before the secondary was seen for the first time. */
  private final RememberedRows early;

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
    this.early = new RememberedRows(MEMORY, metrics);
    this.executor =
        new ScheduledThreadPoolExecutor(
            settings.threads() + settings.workers() + 1,
            task -> {
              Thread thread = Executors.defaultThreadFactory().newThread(task);
              thread.setName("dualwrite-delivery-" + context.migration());
              thread.setDaemon(true);
              return thread;
            });
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

  /**
   * These have been delivered. They are deleted by another thread: the caller holds a connection of
   * the application's pool and must not wait for a second one.
   */
  void clearSoon(OwnEntries entries) {
    delivered.add(entries);
    if (clearing.compareAndSet(false, true)) {
      executor.execute(this::clear);
    }
  }

  private void clear() {
    clearing.set(false);
    List<OwnEntries.Noted> noted = new ArrayList<>();
    for (OwnEntries own = delivered.poll(); own != null; own = delivered.poll()) {
      noted.add(own.noted());
    }
    try {
      context.journal().clearOwn(context.primaryDatabase(), noted);
    } catch (SQLException | RuntimeException e) {
      LOG.debug(
          "delivery: entries could not be cleared and are delivered again: {}",
          Failures.describe(e));
    }
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
    Adopted now = adopted;
    LaneWorker worker = now.worker(table);
    if (worker == null) {
      if (now.isKnown() && withoutLane.add(table)) {
        tableChanged = true;
      }
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
      Adopted now = adopted;
      LaneWorker worker = now.worker(row.table());
      if (worker != null) {
        worker.lane().remember(List.of(row));
        if (running) {
          worker.wake();
        }
      } else if (now.isKnown()) {
        // The lanes are known, so this table is not on the secondary.
        metrics.secondaryFailure(row.table(), "secondary-unknown");
      } else {
        early.add(List.of(row));
        if (adopted.isKnown()) {
          remember(early.take(Integer.MAX_VALUE));
        }
      }
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
      Adopted now = adopted;
      LaneWorker worker = now.worker(table);
      long left = end - System.nanoTime();
      if (worker == null && now.isKnown()) {
        return false;
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
      if (tableChanged || adopted.distinct().stream().anyMatch(LaneWorker::tableChanged)) {
        tableChanged = false;
        lanes.changed();
      }
      adopt(lanes.lanes());
      lanesReadable.set(true);
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
    withoutLane.removeAll(next.keySet());
    former.distinct().forEach(worker -> worker.lane().replaced(this::remember));
    remember(early.take(Integer.MAX_VALUE));
    adopted.distinct().forEach(LaneWorker::wake);
  }

  /**
   * Stops. What only memory names is given a moment to be delivered, and so is what is under way;
   * the rest stays in the journal.
   */
  @Override
  public void close() {
    long end = System.nanoTime() + context.statementTimeout().toNanos();
    try {
      for (LaneWorker worker : adopted.distinct()) {
        Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
        if (running && worker.lane().remembers() && !worker.await(left)) {
          LOG.warn(
              "delivery: lane {} is left with rows that no journal names; the reconciler will find them",
              worker.lane().lane().name());
        }
      }
      running = false;
      executor.execute(this::clear);
      executor.shutdown();
      if (!executor.awaitTermination(LAST_ROUND.toMillis(), TimeUnit.MILLISECONDS)) {
        pause();
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      pause();
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
