package io.dualwrite.jdbc.config;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.PropertyElf;
import io.dualwrite.Side;
import java.time.Duration;
import java.util.List;
import java.util.Properties;

/**
 * Builds connection pools from a configuration. What stands under {@code pool}, and in the URL,
 * goes before what is set here.
 *
 * <p>Safe for use by many threads. Each call makes a pool of its own, which the caller closes.
 */
public final class DataSources {
  private static final Duration SHORTEST_SOCKET_TIMEOUT = Duration.ofSeconds(10);

  private static final int MOST_FOR_DELIVERY = 8;

  private DataSources() {}

  /**
   * A pool for an application. The primary of the initial phase must be reachable now; the
   * secondary need not be, and making its pool neither waits nor fails: asking it for a connection
   * waits at most {@code secondary.timeout}, and a connection on which the server stays silent for
   * four times that, ten seconds at least, is given up.
   *
   * @throws ConfigurationException if the configuration does not say how to reach {@code side}
   * @throws com.zaxxer.hikari.pool.HikariPool.PoolInitializationException if the primary cannot be
   *     reached
   */
  public static HikariDataSource ofApplication(MigrationConfig config, Side side) {
    return new HikariDataSource(withOwnSettings(application(config, side, -1), config, side));
  }

  /**
   * Settings for an application.
   *
   * @param idle connections of the primary that are kept open; -1 for as many as there may be
   */
  private static HikariConfig application(MigrationConfig config, Side side, int idle) {
    boolean secondary = config.phase().secondary() == side;
    HikariConfig pool = pool(config, side, "dualwrite " + config.migration());
    if (idle >= 0) {
      pool.setMinimumIdle(idle);
      // No more than a few are needed at once: whoever waits long waits for a server that is away.
      pool.setConnectionTimeout(5_000);
      // The application waits for the first connection.
      pool.addDataSourceProperty("loginTimeout", "30");
    }
    if (secondary) {
      Duration timeout = config.secondary().timeout();
      pool.setInitializationFailTimeout(-1);
      pool.setConnectionTimeout(timeout.toMillis());
      pool.setValidationTimeout(Math.min(timeout.toMillis(), pool.getValidationTimeout()));
      // Connections are opened as delivery needs them, up to as many as the primary may have: the
      // roles can swap.
      pool.setMinimumIdle(1);
      pool.addDataSourceProperty("connectTimeout", seconds(timeout));
      Duration silence = timeout.multipliedBy(4);
      pool.addDataSourceProperty(
          "socketTimeout",
          seconds(
              silence.compareTo(SHORTEST_SOCKET_TIMEOUT) < 0 ? SHORTEST_SOCKET_TIMEOUT : silence));
      BriefFailures.of(pool);
    }
    return pool;
  }

  /**
   * A pool for what dualwrite itself does beside an application that opens its own connections: as
   * {@link #ofApplication}, but connections are opened only as they are needed, on both sides.
   *
   * @throws ConfigurationException as there
   * @throws com.zaxxer.hikari.pool.HikariPool.PoolInitializationException as there
   */
  public static HikariDataSource ofDriver(MigrationConfig config, Side side) {
    return new HikariDataSource(withOwnSettings(application(config, side, 1), config, side));
  }

  /**
   * A small pool of the source's for delivery, the journal's state and heartbeats, beside {@link
   * #ofApplication}: they must not wait for connections that the application holds, nor it for
   * theirs.
   *
   * @throws ConfigurationException as there
   */
  public static HikariDataSource ofDelivery(MigrationConfig config) {
    HikariConfig pool = withOwnSettings(application(config, Side.SOURCE, 1), config, Side.SOURCE);
    pool.setPoolName(pool.getPoolName() + "-delivery");
    pool.setMaximumPoolSize(MOST_FOR_DELIVERY);
    pool.setMinimumIdle(1);
    pool.setInitializationFailTimeout(-1);
    return new HikariDataSource(pool);
  }

  /**
   * A pool for the reconciler: room for {@code reconciler.parallelism} windows and a little more,
   * and queries may take their time. Making it neither waits nor fails; a side that cannot be
   * reached shows when a connection is asked for.
   *
   * @throws ConfigurationException if the configuration does not say how to reach {@code side}
   */
  public static HikariDataSource ofReconciler(MigrationConfig config, Side side) {
    HikariConfig pool = pool(config, side, "dualwrite reconciler");
    pool.setInitializationFailTimeout(-1);
    pool.setMaximumPoolSize(config.reconciler().parallelism() + 3);
    pool.setMinimumIdle(0);
    pool.setConnectionTimeout(10_000);
    pool.addDataSourceProperty("connectTimeout", "10");
    return new HikariDataSource(withOwnSettings(pool, config, side));
  }

  private static HikariConfig pool(MigrationConfig config, Side side, String applicationName) {
    EndpointConfig endpoint =
        config
            .endpoint(side)
            .orElseThrow(
                () ->
                    new ConfigurationException(
                        List.of(
                            side.label()
                                + " is missing: the configuration does not say how to reach it")));
    HikariConfig pool = new HikariConfig();
    pool.setPoolName("dualwrite-" + config.migration() + "-" + side.label());
    pool.setJdbcUrl(endpoint.url());
    endpoint.username().ifPresent(pool::setUsername);
    endpoint.password().ifPresent(pool::setPassword);
    pool.addDataSourceProperty("ApplicationName", applicationName);
    pool.addDataSourceProperty("tcpKeepAlive", "true");
    return pool;
  }

  private static HikariConfig withOwnSettings(
      HikariConfig pool, MigrationConfig config, Side side) {
    Properties own = new Properties();
    config.endpoint(side).ifPresent(endpoint -> own.putAll(endpoint.pool()));
    PropertyElf.setTargetFromProperties(pool, own);
    return pool;
  }

  private static String seconds(Duration duration) {
    return Long.toString(duration.plusMillis(999).toSeconds());
  }
}
