package io.dualwrite.chaos;

import io.dualwrite.testing.EmbeddedPostgresServer;
import io.dualwrite.testing.ServerOptions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The two servers, which keep what was committed when they are killed. */
public final class Databases implements AutoCloseable {
  public static final String NAME = "app";
  static final String ROLE = "app";
  static final String PASSWORD = "chaos-password-never-in-a-log";

  private final EmbeddedPostgresServer source;
  private final EmbeddedPostgresServer target;

  Databases(Path directory) {
    source = server(directory.resolve("source"));
    try {
      target = server(directory.resolve("target"));
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private static EmbeddedPostgresServer server(Path directory) {
    return EmbeddedPostgresServer.start(
        ServerOptions.forDurability()
            .withDirectory(directory)
            .withSetting("max_prepared_transactions", "20")
            .withSetting("log_line_prefix", "%m [%p] %a ")
            .withSetting("log_lock_waits", "on"));
  }

  public EmbeddedPostgresServer source() {
    return source;
  }

  public EmbeddedPostgresServer target() {
    return target;
  }

  void create(List<String> schema) throws SQLException {
    for (EmbeddedPostgresServer server : List.of(source, target)) {
      execute(server, "postgres", "CREATE ROLE app LOGIN PASSWORD '" + PASSWORD + "'");
      execute(server, "postgres", "CREATE DATABASE app OWNER app");
      execute(server, NAME, "ALTER SCHEMA public OWNER TO app");
      execute(server, NAME, "SET ROLE app; " + String.join(";", schema));
    }
  }

  /** Executes a statement as the administrator, past all proxies. */
  public static void execute(EmbeddedPostgresServer server, String sql) throws SQLException {
    execute(server, NAME, sql);
  }

  /** The same, waiting for locks only shortly, since everybody else waits behind. */
  public static void patiently(EmbeddedPostgresServer server, String sql) throws SQLException {
    try (Connection connection = server.dataSource(NAME).getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("SET lock_timeout = '500ms'");
      statement.execute("SET statement_timeout = '20s'");
      statement.execute(sql);
    }
  }

  private static void execute(EmbeddedPostgresServer server, String database, String sql)
      throws SQLException {
    try (Connection connection = server.dataSource(database).getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The number that a query gives, asked past all proxies. */
  public static long number(EmbeddedPostgresServer server, String sql) throws SQLException {
    try (Connection connection = server.dataSource(NAME).getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Override
  public void close() {
    try {
      source.close();
    } finally {
      target.close();
    }
  }
}
