package io.dualwrite.testing;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL server that a test owns: it can be killed, restarted and frozen.
 *
 * <p>All methods block until what they promise holds and may be called from any thread. A server
 * keeps its port and its data for as long as it is not closed. What a killed server loses is what
 * its {@link ServerOptions} allow: nothing that was committed when they are durable, anything
 * otherwise.
 */
public interface PostgresServer extends AutoCloseable {

  /** The host that clients connect to. */
  String host();

  /** The TCP port on {@link #host()}, the same over restarts. */
  int port();

  /** The superuser that all connections of the fixture use. */
  default String username() {
    return "postgres";
  }

  /** The password of {@link #username()}; made so that it is easy to find in a log. */
  default String password() {
    return "test-password-never-in-a-log";
  }

  /** The URL of a database, without credentials. */
  default String jdbcUrl(String database) {
    return "jdbc:postgresql://" + host() + ":" + port() + "/" + database;
  }

  /** Connections to a database, without a pool and without leak check. */
  default DataSource dataSource(String database) {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setUrl(jdbcUrl(database));
    dataSource.setUser(username());
    dataSource.setPassword(password());
    return dataSource;
  }

  /**
   * Creates an empty database.
   *
   * @throws IllegalStateException if the server refuses or does not answer
   */
  default void createDatabase(String name) {
    administer("CREATE DATABASE " + quoted(name));
  }

  /**
   * Drops a database, ending the sessions in it; one that is not there is no error.
   *
   * @throws IllegalStateException if the server refuses or does not answer
   */
  default void dropDatabase(String name) {
    administer("DROP DATABASE IF EXISTS " + quoted(name) + " WITH (FORCE)");
  }

  /** Ends the server and all its backends with SIGKILL; on return none of them is alive. */
  void kill();

  /**
   * Starts the server again, on its port and its data, and waits until it accepts connections. One
   * that still runs is killed first.
   */
  void restart();

  /** Stops the server and all its backends with SIGSTOP: connections stay open and silent. */
  void freeze();

  /** Lets a frozen server go on; does nothing to one that runs. */
  void thaw();

  /** Whether the server's process is alive and not frozen. */
  boolean isRunning();

  /** Ends the server for good and deletes its data unless they live in a directory of the user. */
  @Override
  void close();

  private void administer(String sql) {
    try (Connection connection = dataSource("postgres").getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql + " failed on port " + port(), e);
    }
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
