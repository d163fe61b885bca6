package io.dualwrite.benchmarks.system;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.testing.EmbeddedPostgresServer;
import io.dualwrite.testing.PostgresServer;
import io.dualwrite.testing.ServerOptions;
import io.dualwrite.testing.TcpProxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Two PostgreSQL servers that lose nothing that was committed. */
public final class Servers implements AutoCloseable {
  private static final int POOL_SIZE = 20;

  private final PostgresServer source;
  private final PostgresServer target;

  private Servers(PostgresServer source, PostgresServer target) {
    this.source = source;
    this.target = target;
  }

  /** Starts both; the target prepares transactions, so that STRICT takes two phases. */
  public static Servers start(boolean withStatementStatistics) {
    return start(withStatementStatistics, 64);
  }

  /** Starts both alike. */
  public static Servers start(ServerOptions options) {
    PostgresServer source = EmbeddedPostgresServer.start(options);
    try {
      return new Servers(source, EmbeddedPostgresServer.start(options));
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  /** Starts both; the target prepares that many transactions. */
  static Servers start(boolean withStatementStatistics, int prepared) {
    ServerOptions options =
        ServerOptions.forDurability()
            // The lag of delivery is read off the commit timestamps of both sides.
            .withSetting("track_commit_timestamp", "on")
            // A checkpoint in the middle would hit one variant and not the other.
            .withSetting("max_wal_size", "16GB")
            .withSetting("checkpoint_timeout", "1h");
    if (withStatementStatistics) {
      options = options.withSetting("shared_preload_libraries", "pg_stat_statements");
    }
    PostgresServer source = EmbeddedPostgresServer.start(options);
    try {
      return new Servers(
          source,
          EmbeddedPostgresServer.start(
              options.withSetting("max_prepared_transactions", Integer.toString(prepared))));
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  /** That of the application. */
  public PostgresServer source() {
    return source;
  }

  /** The other one. */
  public PostgresServer target() {
    return target;
  }

  /** The same with a network before the target that can be broken. */
  Servers throughProxy() {
    return new Servers(source, new ProxiedServer(target, TcpProxy.inFrontOf(target)));
  }

  /** The network before the target, where there is one. */
  TcpProxy proxy() {
    if (target instanceof ProxiedServer proxied) {
      return proxied.proxy();
    }
    throw new IllegalStateException("the target is reached directly");
  }

  /** Ends the network before the target, where there is one. */
  void closeProxy() {
    if (target instanceof ProxiedServer proxied) {
      proxied.close();
    }
  }

  /** A database of that name on both servers with the tables of the workloads in it. */
  void createDatabase(String name) throws SQLException {
    createDatabase(name, Schema.TABLES);
  }

  /** A database of that name on both servers with this schema in it. */
  public void createDatabase(String name, String schema) throws SQLException {
    for (PostgresServer server : new PostgresServer[] {source, target}) {
      server.createDatabase(name);
      try (Connection connection = server.dataSource(name).getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute(schema);
      }
    }
  }

  /** Of PostgreSQL. */
  public String version() throws SQLException {
    try (Connection connection = source.dataSource("postgres").getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SHOW server_version")) {
      rows.next();
      return rows.getString(1);
    }
  }

  /** A pool as every variant gets it. */
  static HikariDataSource pool(PostgresServer server, String database) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(server.jdbcUrl(database));
    config.setUsername(server.username());
    config.setPassword(server.password());
    config.setMaximumPoolSize(POOL_SIZE);
    return new HikariDataSource(config);
  }

  @Override
  public void close() {
    try (source;
        target) {
      // Both, also when one does not close.
    }
  }
}
