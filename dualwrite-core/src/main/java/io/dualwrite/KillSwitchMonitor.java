package io.dualwrite;

import static java.util.Objects.requireNonNull;

import com.google.common.util.concurrent.MoreExecutors;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A kill switch whose state is in memory: {@link #engaged()} is one volatile read.
 *
 * <p>Each source (the parts of {@link KillSwitch#anyOf}) is polled on its own, so one that hangs or
 * fails does not hide another. A source that throws keeps its last known state; that is logged once
 * when it starts and once when it ends, and {@link #failures()} shows it. A change is seen after
 * the interval at the latest, and at once for {@link KillSwitch#manual()}.
 */
public final class KillSwitchMonitor implements KillSwitch, AutoCloseable {
  /** How often sources are polled unless told otherwise. */
  public static final Duration DEFAULT_INTERVAL = Duration.ofMillis(500);

  private static final Logger log = LoggerFactory.getLogger(KillSwitchMonitor.class);

  private final List<MonitoredSwitch> sources;
  private final List<Listener> listeners;
  private final Map<MonitoredSwitch, Runnable> followers = new LinkedHashMap<>();
  private final List<ScheduledFuture<?>> polls = new ArrayList<>();
  private final @Nullable ScheduledExecutorService ownExecutor;
  private final boolean quiet;
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Boolean> changes = new ConcurrentLinkedQueue<>();
  private final Executor notifications = MoreExecutors.newSequentialExecutor(Runnable::run);
  private volatile boolean engaged;
  private volatile boolean closed;

  private KillSwitchMonitor(Builder builder) {
    sources =
        SwitchSources.partsOf(builder.killSwitch).stream()
            .map(source -> new MonitoredSwitch(source, builder.assumed != null && builder.assumed))
            .toList();
    listeners = new CopyOnWriteArrayList<>(builder.listeners);
    quiet = builder.quiet;
    sources.forEach(source -> firstReading(source, builder.assumed));
    engaged = sources.stream().anyMatch(MonitoredSwitch::engaged);
    if (engaged && !quiet) {
      log.warn("Kill switch engaged at start: {}", engagedSources());
    }
    ownExecutor =
        builder.executor == null && !sources.isEmpty() ? ownExecutor(sources.size()) : null;
    ScheduledExecutorService executor = builder.executor == null ? ownExecutor : builder.executor;
    if (executor != null) {
      startPolling(executor, builder.interval.toNanos());
    }
  }

  /** Starts polling {@code killSwitch} with the default interval on a daemon thread. */
  public static KillSwitchMonitor start(KillSwitch killSwitch) {
    return builder(killSwitch).start();
  }

  /** A monitor of {@code killSwitch}, to be configured. */
  public static Builder builder(KillSwitch killSwitch) {
    return new Builder(killSwitch);
  }

  @Override
  public boolean engaged() {
    return engaged;
  }

  /** Reads every source now, on the calling thread, which waits for them. */
  public void refresh() {
    sources.forEach(this::poll);
  }

  /** The sources that have it engaged, in words. */
  public List<String> engagedBy() {
    lock.lock();
    try {
      return engagedSources().stream().map(Object::toString).toList();
    } finally {
      lock.unlock();
    }
  }

  /** The sources that cannot be read at the moment, and why; their last known state holds. */
  public Map<String, RuntimeException> failures() {
    Map<String, RuntimeException> failures = new LinkedHashMap<>();
    for (MonitoredSwitch each : sources) {
      RuntimeException failure = each.failure();
      if (failure != null) {
        failures.put(each.source.toString(), failure);
      }
    }
    return failures;
  }

  /** Has {@code listener} called on every change from now on. */
  public void addListener(Listener listener) {
    listeners.add(requireNonNull(listener, "listener"));
  }

  /** Stops polling. The last state stays. An executor that was passed in is left running. */
  @Override
  public void close() {
    closed = true;
    polls.forEach(poll -> poll.cancel(false));
    followers.forEach((source, follower) -> ((ManualKillSwitch) source.source).unfollow(follower));
    if (ownExecutor != null) {
      ownExecutor.shutdownNow();
    }
  }

  private static void firstReading(MonitoredSwitch source, @Nullable Boolean assumed) {
    try {
      source.says(source.source.engaged());
    } catch (RuntimeException e) {
      if (assumed == null) {
        throw new IllegalStateException("Kill switch cannot be read at start: " + source.source, e);
      }
      source.fails(e);
      log.warn(
          "Kill switch cannot be read at start, taken for {}: {}", word(assumed), source.source, e);
    }
  }

  private void startPolling(ScheduledExecutorService executor, long nanos) {
    for (MonitoredSwitch each : sources) {
      if (each.source instanceof ManualKillSwitch manual) {
        Runnable follower = () -> poll(each);
        followers.put(each, follower);
        manual.follow(follower);
        poll(each);
      } else if (each.source != KillSwitch.never()) {
        polls.add(
            executor.scheduleWithFixedDelay(() -> poll(each), nanos, nanos, TimeUnit.NANOSECONDS));
      }
    }
  }

  private void poll(MonitoredSwitch source) {
    boolean says;
    try {
      says = source.source.engaged();
    } catch (RuntimeException e) {
      failed(source, e);
      return;
    }
    lock.lock();
    try {
      if (source.failure() != null) {
        log.info("Kill switch can be read again: {}", source.source);
      }
      // A manual switch is read again under the lock, so that of two turns the later one stays.
      source.says(source.source instanceof ManualKillSwitch manual ? manual.engaged() : says);
      boolean now = sources.stream().anyMatch(MonitoredSwitch::engaged);
      if (now != engaged) {
        engaged = now;
        changes.add(now);
        if (!quiet) {
          log.warn("Kill switch {}: {}", word(now), now ? engagedSources() : source.source);
        }
      }
    } finally {
      lock.unlock();
    }
    notifications.execute(this::notifyListeners);
  }

  private void failed(MonitoredSwitch source, RuntimeException cause) {
    if (closed) {
      // Closing cuts off what is being read.
      return;
    }
    lock.lock();
    try {
      if (source.failure() == null) {
        log.error(
            "Kill switch cannot be read, stays {}: {}",
            word(source.engaged()),
            source.source,
            cause);
      }
      source.fails(cause);
    } finally {
      lock.unlock();
    }
  }

  private void notifyListeners() {
    for (Boolean change = changes.poll(); change != null; change = changes.poll()) {
      for (Listener each : listeners) {
        try {
          each.changed(change);
        } catch (RuntimeException e) {
          log.error("Kill switch listener failed: {}", each, e);
        }
      }
    }
  }

  private List<KillSwitch> engagedSources() {
    return sources.stream().filter(MonitoredSwitch::engaged).map(each -> each.source).toList();
  }

  private static ScheduledExecutorService ownExecutor(int threads) {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(
            threads,
            new ThreadFactoryBuilder()
                .setNameFormat("dualwrite-kill-switch-%d")
                .setDaemon(true)
                .build());
    executor.setRemoveOnCancelPolicy(true);
    return executor;
  }

  private static String word(boolean engaged) {
    return engaged ? "engaged" : "released";
  }

  @Override
  public String toString() {
    return "monitor of " + sources.stream().map(each -> each.source).toList();
  }

  /**
   * Is told of changes, one at a time and in order, outside of any lock, on the thread that saw the
   * change.
   */
  @FunctionalInterface
  public interface Listener {
    /** The switch was engaged, or released. */
    void changed(boolean engaged);
  }

  /** Configures a {@link KillSwitchMonitor}. */
  public static final class Builder {
    private final KillSwitch killSwitch;
    private final List<Listener> listeners = new ArrayList<>();
    private Duration interval = DEFAULT_INTERVAL;
    private @Nullable ScheduledExecutorService executor;
    private @Nullable Boolean assumed;
    private boolean quiet;

    private Builder(KillSwitch killSwitch) {
      this.killSwitch = requireNonNull(killSwitch, "killSwitch");
    }

    /** The time between two polls of a source, 500 ms by default. */
    @CanIgnoreReturnValue
    public Builder interval(Duration interval) {
      this.interval = Settings.positive("kill-switch.poll-interval", interval);
      return this;
    }

    /**
     * Where sources are polled; by default on daemon threads of the monitor's own, one per source.
     */
    @CanIgnoreReturnValue
    public Builder executor(ScheduledExecutorService executor) {
      this.executor = executor;
      return this;
    }

    /**
     * The state of a source that cannot be read at start. By default {@link #start()} fails then.
     */
    @CanIgnoreReturnValue
    public Builder assumeAtStart(boolean engaged) {
      this.assumed = engaged;
      return this;
    }

    /** Leaves it to the listeners to log changes. Failures of sources are still logged. */
    @CanIgnoreReturnValue
    public Builder quiet() {
      quiet = true;
      return this;
    }

    /** Has {@code listener} called on every change. */
    @CanIgnoreReturnValue
    public Builder listener(Listener listener) {
      listeners.add(requireNonNull(listener, "listener"));
      return this;
    }

    /**
     * Reads every source once on the calling thread, then starts polling.
     *
     * @throws IllegalStateException if a source cannot be read and no state was assumed for it
     */
    public KillSwitchMonitor start() {
      return new KillSwitchMonitor(this);
    }
  }
}
