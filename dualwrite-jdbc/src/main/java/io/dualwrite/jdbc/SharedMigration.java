package io.dualwrite.jdbc;

import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.dualwrite.Side;
import io.dualwrite.jdbc.config.DataSources;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.runtime.Migration;
import io.micrometer.core.instrument.Metrics;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One migration that any number of connections use. Safe for use by many threads. */
final class SharedMigration {
  private static final Logger LOG = LoggerFactory.getLogger(SharedMigration.class);

  private final SharedMigrations all;
  private final DriverUrl.Key key;
  private final MigrationConfig config;

  private int users;
  private boolean closed;
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Held while it starts, which may take long; nobody who comes or goes meanwhile waits. */
  private final Object starting = new Object();

  private volatile @Nullable DualWriteDataSource machinery;

  /** How what was started is closed. */
  @FunctionalInterface
  private interface Closing {
    void close(DualWriteDataSource started) throws SQLException;
  }

  SharedMigration(SharedMigrations all, DriverUrl.Key key, MigrationConfig config) {
    this.all = all;
    this.key = key;
    this.config = config;
  }

  DriverUrl.Key key() {
    return key;
  }

  MigrationConfig config() {
    return config;
  }

  /** One more connection; false if it is closed. */
  synchronized boolean use() {
    if (closed) {
      return false;
    }
    users++;
    return true;
  }

  /** The side that answers, as far as it is known before the migration is started. */
  Side primarySide() {
    DualWriteDataSource running = machinery;
    return running == null ? config.phase().primary() : running.migration().primarySide();
  }

  /** The migration, started if it is not. */
  Migration started() throws SQLException {
    DualWriteDataSource running = machinery;
    return running == null ? start() : running.migration();
  }

  /** The migration, if it is started. */
  Optional<Migration> running() {
    return Optional.ofNullable(machinery).map(DualWriteDataSource::migration);
  }

  private Migration start() throws SQLException {
    synchronized (starting) {
      DualWriteDataSource running = machinery;
      return running == null ? keep(build()) : running.migration();
    }
  }

  /** It may have been closed while it started; then nobody else would close what was made. */
  private Migration keep(DualWriteDataSource built) throws SQLException {
    synchronized (this) {
      if (!closed) {
        machinery = built;
        all.started();
        return built.migration();
      }
    }
    built.close();
    throw new SQLNonTransientConnectionException(
        "migration "
            + config.migration()
            + " was closed while it started, because the driver was deregistered or the process ends",
        "08003");
  }

  private DualWriteDataSource build() throws SQLException {
    try {
      return DualWriteDataSource.builder()
          .config(config)
          .pools(DataSources::ofDriver)
          .meterRegistry(Metrics.globalRegistry)
          .build();
    } catch (PoolInitializationException e) {
      throw e.getCause() instanceof SQLException cause ? cause : new SQLException(e);
    }
  }

  /** One connection less. */
  synchronized void release() {
    users--;
    if (users == 0 && !closed) {
      all.unused(this);
    }
  }

  /** Delivers what is pending, and closes unless somebody has come meanwhile. */
  void closeIfUnused() {
    DualWriteDataSource idle = isUnused() ? machinery : null;
    boolean drained = idle == null || idle.migration().drain();
    if (endsUnused()) {
      end(drained ? DualWriteDataSource::close : DualWriteDataSource::closeUndrained);
    }
  }

  /** Delivers what is pending, and closes; waits for whoever is closing it. */
  void close() {
    boolean first;
    synchronized (this) {
      first = !closed;
      closed = true;
    }
    if (first) {
      end(DualWriteDataSource::close);
    } else {
      try {
        ended.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private synchronized boolean isUnused() {
    return users == 0 && !closed;
  }

  private synchronized boolean endsUnused() {
    boolean ends = isUnused();
    closed |= ends;
    return ends;
  }

  private void end(Closing how) {
    DualWriteDataSource last = machinery;
    all.closing(this);
    try {
      if (last != null) {
        how.close(last);
      }
    } catch (SQLException e) {
      LOG.warn("migration {}: {}", config.migration(), Failures.describe(e));
    } finally {
      all.closed(this);
      ended.countDown();
    }
  }
}
