package io.dualwrite.jdbc.runtime;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.journal.Control;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the control table a few times a second, on a thread of its own that nothing else can hold
 * up, and has every change followed. A table that cannot be read leaves the last known state in
 * force.
 */
final class ControlWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlWatch.class);

  /** A server that does not answer so small a question within this is asked on a new connection. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** Has a state obeyed by every transaction that begins after it returns. */
  @FunctionalInterface
  interface Follower {
    void follow(Control.State state);
  }

  private final MigrationConfig config;
  private final DataSource source;
  private final Control control;
  private final LongSupplier nanoTime;
  private final ScheduledExecutorService thread;

  private volatile Control.State state;
  private volatile long readAt;
  private volatile @Nullable String failure;
  private volatile Follower follower = s -> {};

  ControlWatch(
      MigrationConfig config, DataSource source, Control.State first, LongSupplier nanoTime) {
    this.config = config;
    this.source = BoundedConnections.of(source, PATIENCE, "control");
    this.control = new Control(config.journal().schema());
    this.state = first;
    this.nanoTime = nanoTime;
    this.readAt = nanoTime.getAsLong();
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread t = Executors.defaultThreadFactory().newThread(task);
              t.setName("dualwrite-control-" + config.migration());
              t.setDaemon(true);
              return t;
            });
  }

  /** From now on, until it is closed. */
  void start(Follower whoFollows) {
    follower = whoFollows;
    long every = config.killSwitch().pollInterval().toMillis();
    thread.scheduleWithFixedDelay(this::look, every, every, TimeUnit.MILLISECONDS);
  }

  /** The state that is followed. */
  Control.State state() {
    return state;
  }

  /** For how long the table could not be read, by the last reading that succeeded. */
  Duration silence() {
    return Duration.ofNanos(nanoTime.getAsLong() - readAt);
  }

  /** Why not, in words. */
  String failure() {
    String told = failure;
    return told == null ? "the source does not answer" : told;
  }

  private void look() {
    try {
      Control.State read = read();
      boolean changed = !read.equals(state);
      readAt = nanoTime.getAsLong();
      failure = null;
      if (changed) {
        follower.follow(read);
        state = read;
      }
    } catch (SQLException e) {
      if (failure == null) {
        LOG.debug(
            "migration {}: the control table cannot be read: {}",
            config.migration(),
            Failures.describe(e));
      }
      failure = Failures.describe(e);
    } catch (RuntimeException e) {
      if (failure == null) {
        LOG.error("migration {}: following the control table failed", config.migration(), e);
      }
      failure = String.valueOf(e.getMessage());
    }
  }

  private Control.State read() throws SQLException {
    try (Connection connection = source.getConnection()) {
      connection.setNetworkTimeout(Runnable::run, (int) PATIENCE.toMillis());
      return control
          .read(connection, config.migration())
          .orElseThrow(
              () ->
                  new SQLException(
                      "the control table has no row of migration " + config.migration()));
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
