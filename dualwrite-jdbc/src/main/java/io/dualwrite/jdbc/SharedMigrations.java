package io.dualwrite.jdbc;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.dualwrite.jdbc.config.MigrationConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The migrations of this process that connections of the driver use: one for each configuration,
 * started with its first connection and closed a moment after its last, so that opening and closing
 * in turn does not start it each time. When the process ends in order, what is pending is delivered
 * first, for no longer than {@code shutdown.drain-timeout}. Safe for use by many threads.
 */
final class SharedMigrations {
  /** How long a migration that nobody uses is kept. */
  static final Duration LINGER = Duration.ofSeconds(3);

  /** Those of the driver. */
  static final SharedMigrations OF_PROCESS = new SharedMigrations(LINGER);

  private final Duration linger;
  private final ConcurrentMap<DriverUrl.Key, SharedMigration> running = new ConcurrentHashMap<>();

  /** Those that nobody gets any more and that still close. */
  private final Set<SharedMigration> leaving = ConcurrentHashMap.newKeySet();

  private final ScheduledThreadPoolExecutor closer;
  private final Thread atExit = new Thread(this::closeAll, "dualwrite-exit");
  private boolean hooked;

  SharedMigrations(Duration linger) {
    this.linger = linger;
    this.closer =
        new ScheduledThreadPoolExecutor(
            1,
            new ThreadFactoryBuilder().setNameFormat("dualwrite-closer").setDaemon(true).build());
    closer.setKeepAliveTime(1, TimeUnit.SECONDS);
    closer.allowCoreThreadTimeOut(true);
    closer.setRemoveOnCancelPolicy(true);
  }

  /**
   * The migration of a configuration, for one more connection, which gives it back with {@link
   * SharedMigration#release}. It is not started yet if that is the first.
   *
   * @param credentials those of this connection, for a configuration that has none
   * @throws io.dualwrite.jdbc.config.ConfigurationException if the configuration is wrong
   */
  SharedMigration acquire(DriverUrl.Key key, Map<String, String> credentials) {
    while (true) {
      SharedMigration known = running.get(key);
      if (known == null) {
        MigrationConfig config = key.load(credentials);
        known = running.computeIfAbsent(key, k -> new SharedMigration(this, k, config));
      }
      if (known.use()) {
        return known;
      }
    }
  }

  /** How many there are. */
  int size() {
    return running.size();
  }

  /** One was started, and is among those that run. */
  synchronized void started() {
    hook(true);
  }

  void unused(SharedMigration migration) {
    closer.schedule(
        () -> inBackground(migration::closeIfUnused), linger.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Nobody gets it any more; the process does not end before it is {@link #closed}. */
  synchronized void closing(SharedMigration migration) {
    leaving.add(migration);
    running.remove(migration.key(), migration);
  }

  synchronized void closed(SharedMigration migration) {
    leaving.remove(migration);
    hook(!running.isEmpty() || !leaving.isEmpty());
  }

  /** Closes those that no connection uses now. */
  void closeUnused() {
    List.copyOf(running.values()).forEach(SharedMigration::closeIfUnused);
  }

  /** Whether the process, when it ends in order, waits for any of them. */
  synchronized boolean holdUpExit() {
    return hooked;
  }

  /**
   * Closes all, and waits for those that are closing already; what connections that are still open
   * write waits in the journal. Takes no longer than delivery is waited for and a moment more,
   * whatever state the databases are in.
   */
  void closeAll() {
    long limit = 0;
    Set<SharedMigration> all = new LinkedHashSet<>(running.values());
    all.addAll(leaving);
    List<Thread> closing = new ArrayList<>();
    for (SharedMigration migration : all) {
      limit = Math.max(limit, migration.config().shutdown().drainTimeout().toNanos());
      closing.add(inBackground(migration::close));
    }
    long end = System.nanoTime() + limit + TimeUnit.SECONDS.toNanos(2);
    try {
      for (Thread thread : closing) {
        thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A database that does not answer holds up nobody but its own migration. */
  private static Thread inBackground(Runnable close) {
    Thread thread = new Thread(close, "dualwrite-close");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void hook(boolean wanted) {
    if (wanted == hooked) {
      return;
    }
    try {
      if (wanted) {
        Runtime.getRuntime().addShutdownHook(atExit);
      } else {
        Runtime.getRuntime().removeShutdownHook(atExit);
      }
      hooked = wanted;
    } catch (IllegalStateException exiting) {
      // What runs now ends with the process, and the journal keeps what is pending.
    }
  }
}
