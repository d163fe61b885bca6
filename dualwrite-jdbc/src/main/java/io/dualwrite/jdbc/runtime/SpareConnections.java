package io.dualwrite.jdbc.runtime;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.dualwrite.jdbc.shadow.NoConnectionToSpareException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Connections that the application does without: from a HikariCP pool only while one more is free
 * and nobody waits, from any other without waiting long.
 */
final class SpareConnections extends ForwardingDataSource {
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final int FREE = 2;

  private final @Nullable HikariDataSource pool;

  private SpareConnections(DataSource bounded, @Nullable HikariDataSource pool) {
    super(bounded);
    this.pool = pool;
  }

  static DataSource of(DataSource given) throws SQLException {
    HikariDataSource pool =
        given.isWrapperFor(HikariDataSource.class) ? given.unwrap(HikariDataSource.class) : null;
    return new SpareConnections(BoundedConnections.of(given, PATIENCE, "shadow"), pool);
  }

  @Override
  public Connection getConnection() throws SQLException {
    check();
    return dataSource.getConnection();
  }

  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    check();
    return dataSource.getConnection(username, password);
  }

  private void check() throws SQLException {
    if (pool == null) {
      return;
    }
    HikariPoolMXBean state = pool.getHikariPoolMXBean();
    if (state != null
        && (state.getThreadsAwaitingConnection() > 0
            || pool.getMaximumPoolSize() - state.getActiveConnections() < FREE)) {
      throw new NoConnectionToSpareException("the pool has no connection to spare");
    }
  }
}
