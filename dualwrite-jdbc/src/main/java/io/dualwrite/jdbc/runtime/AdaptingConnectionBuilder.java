package io.dualwrite.jdbc.runtime;

import java.sql.Connection;
import java.sql.ConnectionBuilder;
import java.sql.SQLException;
import java.sql.ShardingKey;
import org.jspecify.annotations.Nullable;

/** A builder whose connection is adapted. */
final class AdaptingConnectionBuilder implements ConnectionBuilder {
  /** What is done with the connection. */
  @FunctionalInterface
  interface Adaptation {
    Connection adapted(Connection connection) throws SQLException;
  }

  private final ConnectionBuilder delegate;
  private final Adaptation adaptation;

  AdaptingConnectionBuilder(ConnectionBuilder delegate, Adaptation adaptation) {
    this.delegate = delegate;
    this.adaptation = adaptation;
  }

  @Override
  public ConnectionBuilder user(@Nullable String username) {
    delegate.user(username);
    return this;
  }

  @Override
  public ConnectionBuilder password(@Nullable String password) {
    delegate.password(password);
    return this;
  }

  @Override
  public ConnectionBuilder shardingKey(@Nullable ShardingKey key) {
    delegate.shardingKey(key);
    return this;
  }

  @Override
  public ConnectionBuilder superShardingKey(@Nullable ShardingKey key) {
    delegate.superShardingKey(key);
    return this;
  }

  @Override
  public Connection build() throws SQLException {
    return adaptation.adapted(delegate.build());
  }
}
