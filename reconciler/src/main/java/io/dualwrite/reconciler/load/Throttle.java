package io.dualwrite.reconciler.load;

import io.dualwrite.Side;
import io.dualwrite.reconciler.window.SideReadException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a run within its {@link LoadLimits}: every piece of work takes a {@link Turn} first, for
 * which it waits while the run is paused, while as many pieces are under way as the servers bear,
 * or until the rows read so far are paid for. Safe for use by several threads.
 *
 * <p>A limit that cannot be checked is not passed over in silence: where a side's latency or
 * standbys cannot be read, {@link #turn} throws.
 */
public final class Throttle implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofMillis(500);
  private static final double NANOS_PER_SECOND = 1e9;

  private final LoadLimits limits;
  private final int most;
  private final List<Brake> brakes;
  private final Pauses pauses;
  private final @Nullable ScheduledExecutorService watcher;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  private int running;
  private int allowed;
  private long paidAt = System.nanoTime();
  private Optional<String> reason = Optional.empty();
  private @Nullable SideReadException failure;
  private boolean closed;

  private Throttle(
      LoadLimits limits, int most, List<Brake> brakes, Duration interval, Pauses pauses) {
    this.limits = limits;
    this.most = most;
    this.allowed = most;
    this.brakes = brakes;
    this.pauses = pauses;
    if (brakes.isEmpty()) {
      this.watcher = null;
    } else {
      look();
      this.watcher = Executors.newSingleThreadScheduledExecutor(Throttle::thread);
      this.watcher.scheduleWithFixedDelay(
          this::look, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  /**
   * Looks at what is limited, and goes on doing so until it is closed.
   *
   * @param databases the sides that are watched; one connection of each is used while it is asked
   * @param parallelism how many pieces of work are under way at once when nothing holds them back
   * @param pauses is told when it is held back
   */
  public static Throttle start(
      LoadLimits limits, Map<Side, DataSource> databases, int parallelism, Pauses pauses) {
    return start(limits, databases, parallelism, INTERVAL, pauses);
  }

  static Throttle start(
      LoadLimits limits,
      Map<Side, DataSource> databases,
      int parallelism,
      Duration interval,
      Pauses pauses) {
    List<Brake> brakes = new ArrayList<>();
    if (limits.watched()) {
      limits.pauseFile().ifPresent(file -> brakes.add(Brake.whileExists(file)));
      databases.forEach(
          (side, database) -> {
            limits
                .replicationLag()
                .ifPresent(lag -> brakes.add(new ReplicationLag(side, database, lag)));
            limits.latency().ifPresent(most -> brakes.add(new Latency(side, database, most)));
          });
    }
    return new Throttle(limits, parallelism, brakes, interval, pauses);
  }

  /** A piece of work that is under way. Close it when it is done. */
  public final class Turn implements AutoCloseable {
    private long rows;

    private Turn() {}

    /** Rows that the work has read or copied; may be said several times. */
    public void rows(long more) {
      rows += more;
    }

    @Override
    public void close() {
      leave(rows);
    }
  }

  /**
   * Waits until another piece of work may begin.
   *
   * @throws SideReadException if a side cannot be asked for what is limited
   * @throws IllegalStateException if the thread is interrupted or the throttle closed
   */
  public Turn turn() {
    lock.lock();
    try {
      while (true) {
        if (failure != null) {
          throw failure;
        }
        if (closed) {
          throw new IllegalStateException("interrupted");
        }
        long unpaid = paidAt - System.nanoTime();
        if (reason.isEmpty() && running < allowed && unpaid <= 0) {
          running++;
          return new Turn();
        }
        if (unpaid > 0) {
          long unused = changed.awaitNanos(unpaid);
        } else {
          changed.await();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  /** Why nothing is begun at the moment, in words; empty while it goes on. */
  Optional<String> paused() {
    lock.lock();
    try {
      return reason;
    } finally {
      lock.unlock();
    }
  }

  private void leave(long rows) {
    lock.lock();
    try {
      running--;
      limits
          .rowsPerSecond()
          .ifPresent(
              limit -> {
                long cost = (long) (rows * NANOS_PER_SECOND / limit);
                paidAt = Math.max(paidAt, System.nanoTime()) + cost;
              });
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "reconciler-load");
    thread.setDaemon(true);
    return thread;
  }

  private void look() {
    Optional<String> found = Optional.empty();
    SideReadException failed = null;
    boolean slow = false;
    for (Brake brake : brakes) {
      try {
        Optional<String> said = brake.reason();
        if (said.isPresent() && brake.eases()) {
          slow = true;
        }
        if (said.isPresent() && (!brake.eases() || allowed() == 0)) {
          found = found.or(() -> said);
        }
      } catch (SideReadException e) {
        failed = failed == null ? e : failed;
      }
    }
    set(found, failed, slow);
  }

  /** Before whoever waits goes on; only the thread that looks changes the reason. */
  private void tell(Optional<String> found) {
    if (reason.isEmpty() && found.isPresent()) {
      pauses.paused(found.get());
    } else if (reason.isPresent() && found.isEmpty()) {
      pauses.goesOn();
    }
  }

  private int allowed() {
    lock.lock();
    try {
      return allowed;
    } finally {
      lock.unlock();
    }
  }

  private void set(Optional<String> found, @Nullable SideReadException failed, boolean slow) {
    tell(found);
    lock.lock();
    try {
      reason = found;
      failure = failed;
      // Half as much at once while it is too slow, one more each time that it is not.
      allowed = slow ? allowed / 2 : Math.min(most, allowed + 1);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (watcher != null) {
      watcher.shutdownNow();
    }
  }
}
