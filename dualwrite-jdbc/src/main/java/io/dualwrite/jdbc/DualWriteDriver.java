package io.dualwrite.jdbc;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.ConfigurationException;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.wrap.DualConnection;
import io.dualwrite.jdbc.wrap.SessionNames;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A JDBC driver whose connections behave exactly as PostgreSQL's and whose committed writes reach
 * the other database as well. {@link DriverManager} finds it by itself.
 *
 * <ul>
 *   <li>{@code jdbc:dualwrite:/etc/app/dualwrite.yaml}, {@code jdbc:dualwrite:relative.yaml} and
 *       {@code jdbc:dualwrite:classpath:dualwrite.yaml} read a configuration;
 *   <li>{@code jdbc:dualwrite:postgresql://host:port/db?dualwrite.target=<URL-encoded target URL>}
 *       needs none: migration {@code default}, all user tables.
 * </ul>
 *
 * <p>In parameters of the URL and in properties, {@code dualwrite.} and the dotted path of a key of
 * the YAML file, such as {@code dualwrite.failure-policy}, set that key. Everything else goes to
 * PostgreSQL's driver, for this connection alone.
 *
 * <p>Each connection is one of PostgreSQL's driver to the primary, wrapped; none is pooled. All
 * connections of one configuration share delivery, its pools, kill switch and metrics (in
 * Micrometer's global registry), which begin with the first statement that is more than a plain
 * read, and end a few seconds after the last of them was closed, or with the process; both wait for
 * delivery, at most {@code secondary.timeout}. What is not delivered then stays in the journal.
 * Safe for use by many threads.
 *
 * <p>A configuration that is wrong is an {@link SQLException} with SQLState 08001. If the primary
 * cannot be reached, the exception is that of PostgreSQL's driver.
 */
public final class DualWriteDriver implements Driver {
  private static final org.postgresql.Driver POSTGRESQL = new org.postgresql.Driver();

  static {
    try {
      DriverManager.registerDriver(new DualWriteDriver(), SharedMigrations.OF_PROCESS::closeAll);
    } catch (SQLException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final SharedMigrations migrations;

  /** For {@link java.util.ServiceLoader} and pools that are given the class's name. */
  public DualWriteDriver() {
    this(SharedMigrations.OF_PROCESS);
  }

  DualWriteDriver(SharedMigrations migrations) {
    this.migrations = migrations;
  }

  @Override
  public boolean acceptsURL(String url) throws SQLException {
    if (url == null) {
      throw new SQLException("url is null");
    }
    return DriverUrl.isOurs(url)
        && (!DriverUrl.isDirect(url)
            || POSTGRESQL.acceptsURL("jdbc:" + url.substring(DriverUrl.PREFIX.length())));
  }

  @Override
  public @Nullable Connection connect(String url, @Nullable Properties info) throws SQLException {
    if (url == null) {
      throw new SQLException("url is null");
    }
    if (!DriverUrl.isOurs(url)) {
      return null;
    }
    try {
      return connect(DriverUrl.parse(url, info == null ? new Properties() : info));
    } catch (ConfigurationException | IllegalStateException e) {
      throw new SQLNonTransientConnectionException(e.getMessage(), "08001", e);
    }
  }

  private Connection connect(DriverUrl url) throws SQLException {
    SharedMigration shared = migrations.acquire(url.key(), url.credentials());
    boolean wrapped = false;
    Connection raw = null;
    try {
      Side primary = shared.primarySide();
      raw = raw(url, primary, shared.config());
      Connection connection =
          DualConnection.wrap(
              raw, new StartingMirroring(shared, primary), new SessionNames(), shared::release);
      wrapped = true;
      return connection;
    } finally {
      if (!wrapped) {
        shared.release();
        if (raw != null) {
          raw.close();
        }
      }
    }
  }

  private static Connection raw(DriverUrl url, Side side, MigrationConfig config)
      throws SQLException {
    String rawUrl = url.urlOf(side, config);
    Connection raw = POSTGRESQL.connect(rawUrl, url.propertiesOf(side, config));
    if (raw == null) {
      throw new SQLNonTransientConnectionException(
          "PostgreSQL's driver does not take the URL of the " + side.label(), "08001");
    }
    return raw;
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(String url, @Nullable Properties info)
      throws SQLException {
    DriverUrl parsed;
    try {
      parsed = DriverUrl.parse(url, info == null ? new Properties() : info);
    } catch (ConfigurationException e) {
      throw new SQLException(e.getMessage(), "08001", e);
    }
    boolean direct = DriverUrl.isDirect(url);
    List<DriverPropertyInfo> all =
        new ArrayList<>(DriverProperty.describe(parsed.settings(), direct));
    String source = direct ? parsed.location() + "?" + parsed.parameters() : "jdbc:postgresql:";
    all.addAll(List.of(POSTGRESQL.getPropertyInfo(source, parsed.properties())));
    return all.toArray(DriverPropertyInfo[]::new);
  }

  @Override
  public int getMajorVersion() {
    return POSTGRESQL.getMajorVersion();
  }

  @Override
  public int getMinorVersion() {
    return POSTGRESQL.getMinorVersion();
  }

  @Override
  public boolean jdbcCompliant() {
    return POSTGRESQL.jdbcCompliant();
  }

  @Override
  public Logger getParentLogger() {
    return POSTGRESQL.getParentLogger();
  }
}
