package io.dualwrite.reconciler;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.Side;
import io.dualwrite.jdbc.config.EndpointConfig;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.reconciler.ReconcilerException.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Connections to both databases of a configuration. Closing it closes them. */
public final class Databases implements AutoCloseable {
  private static final int CONNECT_SECONDS = 10;

  /** A side that says nothing for so long in the middle of an answer is given up. */
  private static final int SILENCE_SECONDS = 900;

  private final DataSource source;
  private final DataSource target;

  private Databases(DataSource source, DataSource target) {
    this.source = source;
    this.target = target;
  }

  /**
   * Pools to both sides, each of which has answered once.
   *
   * @param parallelism how many windows will be under way at once
   * @throws ReconcilerException naming the side that does not answer, and why
   */
  public static Databases open(MigrationConfig config, int parallelism) {
    HikariDataSource source = pool(config, Side.SOURCE, parallelism);
    try {
      return new Databases(source, pool(config, Side.TARGET, parallelism));
    } catch (ReconcilerException e) {
      source.close();
      throw e;
    }
  }

  /** Single connections to sides that need not answer: what is asked of the one must work while the other is away. */
  public static Databases unchecked(MigrationConfig config) {
    return new Databases(
        database(config, Side.SOURCE), database(config, Side.TARGET));
  }

  /** The source's connections. */
  public DataSource source() {
    return source;
  }

  /** The target's connections. */
  public DataSource target() {
    return target;
  }

  private static EndpointConfig endpoint(MigrationConfig config, Side side) {
    return config
        .endpoint(side)
        .orElseThrow(
            () ->
                new ReconcilerException(
                    Kind.USAGE, side.label() + ": the configuration names no database. Add " + side.label() + ".url"));
  }

  private static PGSimpleDataSource database(MigrationConfig config, Side side) {
    EndpointConfig endpoint = endpoint(config, side);
    PGSimpleDataSource database = new PGSimpleDataSource();
    database.setURL(endpoint.url());
    endpoint.username().ifPresent(database::setUser);
    endpoint.password().ifPresent(database::setPassword);
    database.setApplicationName("dualwrite reconciler");
    database.setConnectTimeout(CONNECT_SECONDS);
    database.setLoginTimeout(CONNECT_SECONDS);
    if (database.getSocketTimeout() == 0) {
      database.setSocketTimeout(SILENCE_SECONDS);
    }
    return database;
  }

  private static HikariDataSource pool(MigrationConfig config, Side side, int parallelism) {
    EndpointConfig endpoint = endpoint(config, side);
    PGSimpleDataSource database = database(config, side);
    try (Connection connection = database.getConnection()) {
      connection.isValid(CONNECT_SECONDS);
    } catch (SQLException e) {
      throw new ReconcilerException(Kind.DATABASE, unreachable(side, endpoint, database.getUser(), e), e);
    }
    HikariConfig hikari = new HikariConfig(properties(endpoint));
    hikari.setDataSource(database);
    hikari.setPoolName("dualwrite-reconciler-" + side.label());
    hikari.setMaximumPoolSize(parallelism + 2);
    hikari.setMinimumIdle(0);
    hikari.setConnectionTimeout(CONNECT_SECONDS * 1000L);
    hikari.setInitializationFailTimeout(-1);
    return new HikariDataSource(hikari);
  }

  private static Properties properties(EndpointConfig endpoint) {
    Properties properties = new Properties();
    properties.putAll(endpoint.pool());
    return properties;
  }

  private static String unreachable(Side side, EndpointConfig endpoint, String user, SQLException e) {
    String where = side.label() + " " + endpoint.displayUrl();
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    String password = "DUALWRITE_" + side.name() + "_PASSWORD";
    boolean set = System.getenv(password) != null;
    return switch (state) {
      case "28P01", "28000" ->
          where + " refused the login of \"" + user + "\" (" + state + "). " + password + (set ? " is set." : " is not set.");
      case "3D000" -> where + ": there is no such database (3D000).";
      case "08001", "08006", "08004" ->
          where + " cannot be reached (" + state + "). Does the server run, and are host and port right?";
      default -> where + ": " + Failures.describe(e);
    };
  }

  @Override
  public void close() {
    for (DataSource database : new DataSource[] {source, target}) {
      if (database instanceof HikariDataSource pool) {
        pool.close();
      }
    }
  }
}
