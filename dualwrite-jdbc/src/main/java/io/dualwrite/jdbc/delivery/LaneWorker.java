package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.copy.ChangedTableException;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.event.StateChange;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one lane's rounds on the shared threads: when woken, until the lane is drained; after a
 * failure, again after a pause that doubles. At most one run of a lane is scheduled or running in
 * this instance.
 */
final class LaneWorker implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(LaneWorker.class);
  private static final Duration BUSY_PAUSE = Duration.ofMillis(20);
  private static final Duration DONE = Duration.ofMillis(-1);
  private static final Duration REST = Duration.ofMillis(-2);
  private static final int ROUNDS_BEFORE_YIELD = 16;
  private static final Duration SAY_AGAIN = Duration.ofMinutes(1);

  /** A column that the lane knows was dropped or renamed. */
  private static final String UNDEFINED_COLUMN = "42703";

  /**
   * After so many vain tries for the lane's lock this queues for it: several who always wait for it
   * in turn, such as a repair's workers, would never be found without it.
   */
  private static final int VAIN_TRIES = 5;

  private final LaneDelivery lane;
  private final ScheduledExecutorService executor;
  private final CircuitBreaker breaker;
  private final DeliverySettings settings;
  private final Throttle throttle;
  private final BooleanSupplier running;

  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final AtomicLong requested = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition progress = lock.newCondition();
  private long delivered;
  private int waiters;

  private volatile int failures;

  /**
   * Whether it is in the log that this lane waits; a secondary that comes and goes is said once.
   */
  private volatile boolean toldWaiting;

  private volatile long toldAt = System.nanoTime() - SAY_AGAIN.toNanos();
  private volatile boolean tableChanged;
  private final AtomicInteger vainTries = new AtomicInteger();

  /** The run that is to begin after a rest; who takes it away begins it, and nobody else does. */
  private final AtomicReference<@Nullable Object> resting = new AtomicReference<>();

  private volatile long restUntil = System.nanoTime();

  LaneWorker(
      LaneDelivery lane,
      ScheduledExecutorService executor,
      CircuitBreaker breaker,
      DeliverySettings settings,
      Throttle throttle,
      BooleanSupplier running) {
    this.lane = lane;
    this.executor = executor;
    this.breaker = breaker;
    this.settings = settings;
    this.throttle = throttle;
    this.running = running;
  }

  LaneDelivery lane() {
    return lane;
  }

  /** Something may wait in the journal. Never blocks. */
  void wake() {
    requested.incrementAndGet();
    // While the secondary is failing, a run is scheduled already: being woken is no reason to try
    // sooner.
    if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
      rest();
    }
  }

  /** Runs when the lane has rested, or at once if somebody waits. */
  private void rest() {
    Object next = new Object();
    resting.set(next);
    long left = Math.max(0, restUntil - System.nanoTime());
    executor.schedule(() -> afterRest(next), left, TimeUnit.NANOSECONDS);
    if (hasWaiters() && resting.compareAndSet(next, null)) {
      execute(Duration.ZERO);
    }
  }

  private void afterRest(Object next) {
    if (resting.compareAndSet(next, null)) {
      run();
    }
  }

  /**
   * Waits until everything that was in the journal when this was called has been delivered.
   *
   * @return false when that took longer than the limit
   */
  boolean await(Duration limit) throws InterruptedException {
    long left = limit.toNanos();
    lock.lock();
    try {
      // First: a round that counts this request must see that somebody waits, and read everything.
      waiters++;
      long wanted = requested.incrementAndGet();
      if (scheduled.compareAndSet(false, true) || resting.getAndSet(null) != null) {
        execute(Duration.ZERO);
      }
      while (delivered < wanted && left > 0 && running.getAsBoolean() && failures == 0) {
        left = progress.awaitNanos(left);
      }
      return delivered >= wanted;
    } finally {
      waiters--;
      lock.unlock();
    }
  }

  @Override
  public void run() {
    Duration pause;
    try {
      pause = rounds();
    } catch (RuntimeException | Error e) {
      LOG.error(
          "delivery: lane {} failed unexpectedly; it goes on in {}",
          lane.lane().name(),
          settings.longestBackOff(),
          e);
      failures = Math.max(1, failures);
      signal(0);
      pause = settings.longestBackOff();
    }
    if (pause == DONE) {
      scheduled.set(false);
      // Woken between the last look and now: nobody else would run.
      if (running.getAsBoolean()
          && requested.get() > deliveredSoFar()
          && scheduled.compareAndSet(false, true)) {
        rest();
      }
    } else if (pause == REST) {
      rest();
    } else {
      execute(pause);
    }
  }

  /**
   * The pause before the next run, or {@link #REST}; {@link #DONE}: there is nothing more to do.
   */
  private Duration rounds() {
    for (int i = 0; i < ROUNDS_BEFORE_YIELD; i++) {
      if (!running.getAsBoolean()) {
        signal(0);
        return DONE;
      }
      Optional<Permit> permit = Permit.of(breaker);
      if (permit.isEmpty()) {
        failures = Math.max(1, failures);
        signal(0);
        return settings.longestBackOff();
      }
      long upTo = requested.get();
      long start = System.nanoTime();
      try {
        RoundResult result = round(permit.get());
        int vain = result.kind() == RoundResult.Kind.BUSY ? vainTries.get() + 1 : 0;
        vainTries.set(vain);
        recovered();
        switch (result.kind()) {
          case BUSY -> {
            if (vain > 1) {
              slices(true);
            }
            return BUSY_PAUSE;
          }
          case DRAINED -> {
            signal(upTo);
            restUntil =
                System.nanoTime()
                    + settings.rest(Duration.ofNanos(System.nanoTime() - start)).toNanos();
            if (requested.get() == upTo) {
              return DONE;
            }
            if (!hasWaiters()) {
              return REST;
            }
          }
          case MORE -> {
            slices(false);
            Duration rest = throttle.rest(Duration.ofNanos(System.nanoTime() - start));
            if (!rest.isZero() && !hasWaiters()) {
              restUntil = System.nanoTime() + rest.toNanos();
              return REST;
            }
          }
          case STOPPED -> {}
        }
      } catch (SQLException e) {
        if (!running.getAsBoolean()) {
          // Cut off, or not the lane's any more: nothing has failed.
          continue;
        }
        return failed(e);
      }
    }
    return Duration.ZERO;
  }

  /** What is cut off, and what is unexpected, says nothing about the secondary. */
  private RoundResult round(Permit permit) throws SQLException {
    try (permit) {
      try {
        RoundResult result = lane.round(hasWaiters() || vainTries.get() >= VAIN_TRIES);
        permit.succeeded();
        return result;
      } catch (SQLException e) {
        if (e instanceof ChangedTableException || UNDEFINED_COLUMN.equals(e.getSQLState())) {
          permit.succeeded();
          tableChanged = true;
        } else if (running.getAsBoolean()) {
          permit.failed(e);
        }
        throw e;
      }
    }
  }

  /** Whoever waits for a delivery waits for a round over all that the journal holds. */
  private void slices(boolean join) {
    if (throttle.share() == 1 && !hasWaiters()) {
      lane.slices(
          executor, () -> running.getAsBoolean() && !hasWaiters() && throttle.share() == 1, join);
    }
  }

  private void recovered() {
    if (failures > 0) {
      failures = 0;
      if (toldWaiting) {
        toldWaiting = false;
        StateChange.DELIVERY_RESUMED
            .in(LOG, lane.migration())
            .addKeyValue("lane", lane.lane().name())
            .log("delivery: lane {} goes on", lane.lane().name());
      }
    }
  }

  private Duration failed(SQLException e) {
    int soFar = failures;
    failures = soFar + 1;
    lane.failed(e);
    if (!toldWaiting
        && running.getAsBoolean()
        && System.nanoTime() - toldAt >= SAY_AGAIN.toNanos()) {
      toldWaiting = true;
      toldAt = System.nanoTime();
      StateChange.DELIVERY_WAITING
          .in(LOG, lane.migration())
          .addKeyValue("lane", lane.lane().name())
          .addKeyValue("sqlState", String.valueOf(e.getSQLState()))
          .log(
              "delivery: lane {} waits: {}. Entries stay in the journal. (Said once a minute.)",
              lane.lane().name(),
              Failures.describe(e));
    }
    signal(0);
    long base = settings.firstBackOff().toMillis() << Math.min(soFar, 10);
    long capped = Math.min(base, settings.longestBackOff().toMillis());
    return Duration.ofMillis(capped / 2 + ThreadLocalRandom.current().nextLong(capped / 2 + 1));
  }

  private void execute(Duration pause) {
    executor.schedule(this, pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  private boolean hasWaiters() {
    lock.lock();
    try {
      return waiters > 0;
    } finally {
      lock.unlock();
    }
  }

  private long deliveredSoFar() {
    lock.lock();
    try {
      return delivered;
    } finally {
      lock.unlock();
    }
  }

  private void signal(long upTo) {
    lock.lock();
    try {
      delivered = Math.max(delivered, upTo);
      progress.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether a table was found to be other than this lane knows it; then the lane is to be replaced.
   */
  boolean tableChanged() {
    return tableChanged;
  }

  /** Whether the last round failed. */
  boolean failing() {
    return failures > 0;
  }
}
