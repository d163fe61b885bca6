package io.dualwrite.jdbc.delivery;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.UnfitForSlicesException;
import io.dualwrite.jdbc.schema.SliceFunction;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers one table by several connections at once, for a while at a time, while more waits than
 * rounds over the whole table work off. In between is always such a round: it takes what slices
 * leave, and finds out how much still waits. Whatever goes wrong is left to it.
 */
final class SlicedDelivery {
  private static final Logger LOG = LoggerFactory.getLogger(SlicedDelivery.class);

  /** Rounds in a row that left something, before it is worth while. */
  private static final int BACKLOG = 2;

  /** Rounds over the whole table before the next try, where slices had little to deliver. */
  private static final int VAIN = 16;

  private static final long LENGTH = Duration.ofMillis(300).toNanos();
  private static final long AFTER_FAILURE = Duration.ofSeconds(10).toNanos();
  private static final long UNFIT = Duration.ofMinutes(1).toNanos();

  /** Connections that helpers leave to others. */
  private static final int SPARE = 2;

  private record Pause(long end) {}

  private final CopyContext context;
  private final DeliverySettings settings;
  private final List<SliceGroup> groups = new ArrayList<>();
  private final Set<LockedCopy> underWay = ConcurrentHashMap.newKeySet();
  private final AtomicInteger leftSomething = new AtomicInteger();
  private final AtomicReference<@Nullable Pause> pause = new AtomicReference<>();
  private final AtomicLong delivered = new AtomicLong();

  /**
   * Nothing is delivered yet.
   *
   * @param group makes the group that delivers some slices
   */
  SlicedDelivery(
      CopyContext context, DeliverySettings settings, Function<Set<Integer>, SliceGroup> group) {
    this.context = context;
    this.settings = settings;
    int count = Math.min(SliceFunction.COUNT, Integer.highestOneBit(settings.workers() * 2 - 1));
    for (int i = 0; i < count; i++) {
      Set<Integer> slices = new HashSet<>();
      for (int slice = i; slice < SliceFunction.COUNT; slice += count) {
        slices.add(slice);
      }
      groups.add(group.apply(slices));
    }
  }

  /** A round over the whole table is done, and left something or nothing. */
  void wholeRound(boolean left) {
    leftSomething.updateAndGet(rounds -> left ? rounds + 1 : Math.min(rounds, 0));
  }

  /** Whether it is time for a while with slices. */
  boolean isDue() {
    return leftSomething.get() >= BACKLOG && !isPaused();
  }

  /** Whether something went wrong a short while ago. */
  boolean isPaused() {
    Pause last = pause.get();
    return last != null && System.nanoTime() - last.end() < 0;
  }

  /**
   * Delivers slices for a while, in this thread and in others.
   *
   * @param helpers runs the others, as many as are configured and the pools have room for
   * @param goesOn whether it may go on
   * @param whole where rounds over the whole table have come to
   * @return how many rows were delivered
   */
  int run(Executor helpers, BooleanSupplier goesOn, ReadPosition whole) {
    long end = System.nanoTime() + LENGTH;
    groups.forEach(group -> group.begin(whole));
    SliceBurst burst =
        new SliceBurst(
            groups, underWay, () -> System.nanoTime() - end < 0 && goesOn.getAsBoolean());
    for (int i = 1; i < settings.workers(); i++) {
      helpers.execute(() -> burst.work(this::canSpare));
    }
    try {
      burst.work(() -> true);
    } finally {
      burst.end();
    }
    Throwable failure = burst.failure();
    if (failure != null) {
      if (failure instanceof SQLException) {
        LOG.debug("Slices are not delivered for a while: {}", Failures.describe(failure));
      } else {
        LOG.error("delivery: slices failed unexpectedly; none are delivered for a while", failure);
      }
      long length = failure instanceof UnfitForSlicesException ? UNFIT : AFTER_FAILURE;
      pause.set(new Pause(System.nanoTime() + length));
    }
    leftSomething.set(burst.rows() < settings.batch() ? -VAIN : BACKLOG - 1);
    delivered.addAndGet(burst.rows());
    LOG.debug("{} rows were delivered in slices", burst.rows());
    return burst.rows();
  }

  /** How many rows were delivered in slices; from any thread. */
  long delivered() {
    return delivered.get();
  }

  /** Cuts off what is under way; from any thread. */
  void cutOff() {
    underWay.forEach(LockedCopy::abort);
  }

  private boolean canSpare() {
    return canSpare(context.secondaryDatabase()) && canSpare(context.primaryDatabase());
  }

  /** A pool that is not known to be short of connections. */
  private static boolean canSpare(DataSource database) {
    try {
      HikariPoolMXBean pool =
          database.isWrapperFor(HikariDataSource.class)
              ? database.unwrap(HikariDataSource.class).getHikariPoolMXBean()
              : null;
      return pool == null
          || pool.getThreadsAwaitingConnection() == 0
              && database.unwrap(HikariDataSource.class).getMaximumPoolSize()
                      - pool.getActiveConnections()
                  >= SPARE;
    } catch (SQLException e) {
      LOG.debug("A pool does not say how full it is: {}", Failures.describe(e));
      return false;
    }
  }
}
