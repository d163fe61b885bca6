package io.dualwrite.jdbc.runtime;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ConnectionBuilder;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;

/**
 * The secondary as given by the application, whose own limits are unknown: a connection is waited
 * for no longer than the limit, and a server that then says nothing for long is given up. Attempts
 * that hang are few: beyond {@link #MOST_HANGING} it fails at once.
 */
final class BoundedConnections extends ForwardingDataSource {
  private static final int MOST_HANGING = 16;

  private final Duration limit;
  private final ThreadPoolExecutor attempts;

  private BoundedConnections(DataSource dataSource, Duration limit, String user) {
    super(dataSource);
    this.limit = limit;
    this.attempts =
        new ThreadPoolExecutor(
            0,
            MOST_HANGING,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            new ThreadFactoryBuilder()
                .setNameFormat("dualwrite-connect-" + user + "-%d")
                .setDaemon(true)
                .build());
  }

  /**
   * Connections for the migration's own use, within the limit.
   *
   * @param user who needs them, as the threads that wait for them are called
   */
  static DataSource of(DataSource dataSource, Duration limit, String user) {
    boolean bounded =
        dataSource instanceof HikariDataSource pool
            && pool.getConnectionTimeout() <= limit.toMillis();
    DataSource own = new OwnConnections(dataSource);
    return bounded ? own : new BoundedConnections(own, limit, user);
  }

  @Override
  public Connection getConnection() throws SQLException {
    CompletableFuture<Connection> attempt = new CompletableFuture<>();
    try {
      attempts.execute(() -> connect(attempt));
    } catch (RejectedExecutionException e) {
      throw new SQLTransientConnectionException(
          MOST_HANGING + " attempts to connect are under way without an answer", "08001", e);
    }
    try {
      return attempt.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      abandon(attempt);
      throw new SQLTransientConnectionException(
          "no connection within " + limit.toMillis() + " ms", "08001", e);
    } catch (InterruptedException e) {
      abandon(attempt);
      Thread.currentThread().interrupt();
      throw new SQLTransientConnectionException("interrupted while connecting", "08001", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SQLException failure) {
        throw failure;
      }
      throw new SQLException("connecting failed", "08001", e.getCause());
    }
  }

  private void connect(CompletableFuture<Connection> attempt) {
    try {
      Connection connection = super.getConnection();
      if (!attempt.complete(connection)) {
        connection.close();
      }
    } catch (SQLException | RuntimeException e) {
      attempt.completeExceptionally(e);
    }
  }

  @Override
  protected Connection adapted(Connection connection) throws SQLException {
    connection.setNetworkTimeout(Runnable::run, (int) Math.max(10_000, limit.toMillis() * 4));
    return connection;
  }

  /** A connection that still comes is closed by whoever brings it. */
  private static void abandon(CompletableFuture<Connection> attempt) throws SQLException {
    if (!attempt.completeExceptionally(new CancellationException("nobody waits any more"))
        && !attempt.isCompletedExceptionally()) {
      attempt.join().close();
    }
  }

  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException("the secondary is used with its own credentials");
  }

  @Override
  public ConnectionBuilder createConnectionBuilder() throws SQLException {
    throw new SQLFeatureNotSupportedException("the secondary is used with its own credentials");
  }
}
