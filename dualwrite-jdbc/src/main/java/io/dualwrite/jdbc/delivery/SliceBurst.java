package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.copy.LockedCopy;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A while in which several threads deliver slices of one table. The one that begins it works as the
 * others do, and ends it; who comes late finds it over. Safe for use by several threads.
 */
final class SliceBurst {
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private final Queue<SliceGroup> free;
  private final int groups;
  private final Set<LockedCopy> underWay;
  private final BooleanSupplier goesOn;
  private final AtomicInteger rows = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /** The rounds that hold locks, and the thread that began. */
  private final Phaser rounds =
      new Phaser(1) {
        @Override
        protected boolean onAdvance(int phase, int registeredParties) {
          return true;
        }
      };

  /**
   * Nobody works yet.
   *
   * @param underWay where copies are to be found that may have to be cut off
   * @param goesOn whether another round may begin
   */
  SliceBurst(Collection<SliceGroup> groups, Set<LockedCopy> underWay, BooleanSupplier goesOn) {
    this.free = new ConcurrentLinkedQueue<>(groups);
    this.groups = groups.size();
    this.underWay = underWay;
    this.goesOn = goesOn;
  }

  /** A round holds its locks; false: the burst is over, and it must not go on. */
  boolean join(LockedCopy copy) {
    underWay.add(copy);
    boolean joined = rounds.register() >= 0;
    if (!joined) {
      underWay.remove(copy);
    }
    return joined;
  }

  /** A round that has joined delivered so many rows. */
  void delivered(int more) {
    rows.addAndGet(more);
  }

  /**
   * A database failed or refused something: nobody begins another round. Who is changing the table
   * is not waited for, and is no failure.
   */
  RoundResult failed(SQLException e) {
    if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
      return RoundResult.BUSY;
    }
    failure.compareAndSet(null, e);
    return RoundResult.STOPPED;
  }

  /** A round that has joined is over. */
  void leave(LockedCopy copy) {
    underWay.remove(copy);
    rounds.arriveAndDeregister();
  }

  /**
   * Delivers, group after group, until nothing is left or the burst is to end.
   *
   * @param mayTake whether this thread may take another two connections
   */
  void work(BooleanSupplier mayTake) {
    int vain = 0;
    while (vain < groups && isOn() && mayTake.getAsBoolean()) {
      SliceGroup group = free.poll();
      if (group == null) {
        return;
      }
      RoundResult result = tried(group);
      switch (result.kind()) {
        case MORE -> {
          vain = 0;
          free.add(group);
        }
        case BUSY -> {
          vain++;
          free.add(group);
        }
        case DRAINED -> vain = 0;
        case STOPPED -> {
          return;
        }
      }
    }
  }

  private boolean isOn() {
    return failure.get() == null && goesOn.getAsBoolean() && !rounds.isTerminated();
  }

  private RoundResult tried(SliceGroup group) {
    try {
      return group.round(this);
    } catch (SQLException e) {
      return failed(e);
    } catch (RuntimeException | Error e) {
      // Who began it tells: a helper's thread tells nobody.
      failure.compareAndSet(null, e);
      return RoundResult.STOPPED;
    }
  }

  /** Waits for the rounds that hold locks, and lets no other begin. */
  void end() {
    rounds.arriveAndAwaitAdvance();
  }

  /** How many rows were delivered. */
  int rows() {
    return rows.get();
  }

  /** What ended it before its time, if anything did. */
  @Nullable Throwable failure() {
    return failure.get();
  }
}
