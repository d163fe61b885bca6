package io.dualwrite.reconciler.database;

import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.jdbc.runtime.ForwardingDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.LoggerFactory;

/**
 * A pool of one side. When the server says nothing at all for a while, what waits for it is cut off
 * and nothing is asked of it any more. Queries that take long are left alone. Safe for use by
 * several threads; closing it closes the pool.
 */
public final class WatchedDatabase extends ForwardingDataSource implements AutoCloseable {
  private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(WatchedDatabase.class);
  private static final String CONNECTION_FAILURE = "08006";
  private static final String QUERY_CANCELED = "57014";

  private final HikariDataSource pool;
  private final Set<PgConnection> sessions = ConcurrentHashMap.newKeySet();
  private final @Nullable Pulse pulse;
  private volatile @Nullable Duration silence;
  private volatile boolean cancelled;

  private WatchedDatabase(
      HikariDataSource pool, String name, @Nullable DataSource probe, Duration limit) {
    super(pool);
    this.pool = pool;
    this.pulse =
        probe == null
            ? null
            : new Pulse("reconciler-pulse-" + name, probe, limit, () -> giveUp(limit));
  }

  /**
   * Watches a pool.
   *
   * @param name of the side, for the thread
   * @param probe opens single connections to the same server, which give up by themselves within a
   *     fraction of {@code limit}
   * @param limit how long the server may say nothing
   */
  public static WatchedDatabase watch(
      HikariDataSource pool, String name, DataSource probe, Duration limit) {
    return new WatchedDatabase(pool, name, probe, limit);
  }

  /** A pool whose connections keep to a limit that the user has set. */
  public static WatchedDatabase unwatched(HikariDataSource pool) {
    return new WatchedDatabase(pool, "", null, Duration.ZERO);
  }

  /** What has become of the server: why nothing is asked of it any more, if that is so. */
  public Optional<SQLException> silence() {
    Duration limit = silence;
    return limit == null ? Optional.empty() : Optional.of(failure(limit));
  }

  private static SQLException failure(Duration limit) {
    return new SQLException(
        "the server has not answered for " + Math.max(1, limit.toSeconds()) + " s: given up",
        CONNECTION_FAILURE);
  }

  @Override
  public Connection getConnection() throws SQLException {
    throwIfOver();
    Connection connection = super.getConnection();
    sessions.removeIf(WatchedDatabase::isClosed);
    sessions.add(connection.unwrap(PgConnection.class));
    if (silence != null || cancelled) {
      connection.abort(Runnable::run);
      connection.close();
      throwIfOver();
    }
    return connection;
  }

  private void throwIfOver() throws SQLException {
    if (cancelled) {
      throw new SQLException("cancelled", QUERY_CANCELED);
    }
    Optional<SQLException> gone = silence();
    if (gone.isPresent()) {
      throw gone.get();
    }
  }

  private static boolean isClosed(PgConnection connection) {
    try {
      return connection.isClosed();
    } catch (SQLException e) {
      return true;
    }
  }

  /**
   * Asks the server to cancel whatever runs in these connections, each over a connection of the
   * driver's own, then cuts them off; no more are given out.
   */
  public void cancel() {
    cancelled = true;
    sessions.stream()
        .filter(s -> !isClosed(s))
        .parallel()
        .forEach(
            session -> {
              try {
                session.cancelQuery();
              } catch (SQLException e) {
                LOG.debug("Cancelling a query failed ({})", e.getSQLState());
              }
            });
    cutOff();
  }

  private void giveUp(Duration limit) {
    silence = limit;
    cutOff();
  }

  private void cutOff() {
    for (PgConnection session : sessions) {
      try {
        session.abort(Runnable::run);
      } catch (SQLException e) {
        LOG.debug("Cutting off a connection failed ({})", e.getSQLState());
      }
    }
  }

  /** Closes the pool; what still runs is cancelled. */
  @Override
  public void close() {
    if (pulse != null) {
      pulse.close();
    }
    if (silence == null
        && pool.getHikariPoolMXBean() != null
        && pool.getHikariPoolMXBean().getActiveConnections() > 0) {
      cancel();
    }
    pool.close();
  }
}
