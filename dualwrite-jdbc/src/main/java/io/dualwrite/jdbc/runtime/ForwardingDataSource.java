package io.dualwrite.jdbc.runtime;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.ConnectionBuilder;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.ShardingKeyBuilder;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A data source whose connections are another's, adapted, however they are asked for. It differs
 * from that one in nothing else.
 *
 * <p>Safe for use by many threads where the other is.
 */
public abstract class ForwardingDataSource implements DataSource {
  /** The other. */
  protected final DataSource dataSource;

  /** Around another. */
  protected ForwardingDataSource(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** The connection to hand out in place of the other's. If this throws, that one is closed. */
  protected Connection adapted(Connection connection) throws SQLException {
    return connection;
  }

  /** Called before the other data source, or what is inside it, is handed out. */
  protected void unwrapping(Class<?> type) {}

  @Override
  public Connection getConnection() throws SQLException {
    return adaptedOrClosed(dataSource.getConnection());
  }

  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    return adaptedOrClosed(dataSource.getConnection(username, password));
  }

  @Override
  public ConnectionBuilder createConnectionBuilder() throws SQLException {
    return new AdaptingConnectionBuilder(
        dataSource.createConnectionBuilder(), this::adaptedOrClosed);
  }

  @Override
  public ShardingKeyBuilder createShardingKeyBuilder() throws SQLException {
    return dataSource.createShardingKeyBuilder();
  }

  private Connection adaptedOrClosed(Connection connection) throws SQLException {
    boolean ready = false;
    try {
      Connection adapted = adapted(connection);
      ready = true;
      return adapted;
    } finally {
      if (!ready) {
        connection.close();
      }
    }
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    unwrapping(type);
    return type.isInstance(dataSource) ? type.cast(dataSource) : dataSource.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return type.isInstance(this) || type.isInstance(dataSource) || dataSource.isWrapperFor(type);
  }

  @Override
  public @Nullable PrintWriter getLogWriter() throws SQLException {
    return dataSource.getLogWriter();
  }

  @Override
  public void setLogWriter(@Nullable PrintWriter out) throws SQLException {
    dataSource.setLogWriter(out);
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    dataSource.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return dataSource.getLoginTimeout();
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    return dataSource.getParentLogger();
  }
}
