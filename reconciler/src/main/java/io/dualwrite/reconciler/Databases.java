package io.dualwrite.reconciler;

import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.Side;
import io.dualwrite.jdbc.config.DataSources;
import io.dualwrite.jdbc.config.EndpointConfig;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.ReconcilerException.Kind;
import io.dualwrite.reconciler.database.DescribedConnections;
import io.dualwrite.reconciler.database.WatchedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Connections to both databases of a configuration. Closing it closes them. */
public final class Databases implements AutoCloseable {
  private static final int CONNECT_SECONDS = 10;

  /** Connections for planning and for the control tables. */
  private static final int SPARE = 2;

  /**
   * A server that says nothing at all for so long, while it is asked over a connection of its own,
   * is given up.
   */
  private static final Duration SILENCE = Duration.ofSeconds(20);

  private final DataSource source;
  private final DataSource target;

  private Databases(DataSource source, DataSource target) {
    this.source = source;
    this.target = target;
  }

  /**
   * Pools to both sides, each of which has answered once. A server that falls silent is given up
   * after 20 seconds, however long queries take that it works on; a {@code socketTimeout} in a
   * side's URL takes the place of that.
   *
   * @param parallelism how many windows will be under way at once
   * @throws ReconcilerException naming the side that does not answer, and why
   */
  public static Databases open(MigrationConfig config, int parallelism) {
    return open(config, parallelism, SILENCE);
  }

  static Databases open(MigrationConfig config, int parallelism, Duration silence) {
    WatchedDatabase source = pool(config, Side.SOURCE, parallelism, silence);
    try {
      return new Databases(source, pool(config, Side.TARGET, parallelism, silence));
    } catch (ReconcilerException e) {
      source.close();
      throw e;
    }
  }

  /**
   * Single connections to sides that need not answer: what is asked of the one must work while the
   * other is away. A side that says nothing for 20 seconds is given up.
   */
  public static Databases unchecked(MigrationConfig config) {
    return unchecked(config, SILENCE);
  }

  /** The same; a side that says nothing for so long, at least a second, is given up. */
  public static Databases unchecked(MigrationConfig config, Duration silence) {
    return new Databases(
        described(config, Side.SOURCE, silence), described(config, Side.TARGET, silence));
  }

  /** The source's connections. */
  public DataSource source() {
    return source;
  }

  /** The target's connections. */
  public DataSource target() {
    return target;
  }

  /**
   * Asks both servers to cancel what they are working on, cuts the connections off and opens no
   * more; from any thread. A side that does not take the request within seconds is left. Single
   * connections are left alone.
   */
  public void cancel() {
    Stream.of(source, target)
        .parallel()
        .forEach(
            database -> {
              if (database instanceof WatchedDatabase watched) {
                watched.cancel();
              }
            });
  }

  private static WatchedDatabase pool(
      MigrationConfig config, Side side, int parallelism, Duration silence) {
    PGSimpleDataSource database = database(config, side);
    boolean limited = database.getSocketTimeout() > 0;
    try (Connection connection = single(config, side, silence).getConnection()) {
      connection.isValid(CONNECT_SECONDS);
    } catch (SQLException e) {
      throw new ReconcilerException(
          Kind.DATABASE,
          side.label() + " " + new Unreachable(config, side, database.getUser()).describe(e),
          e);
    }
    HikariDataSource pool = DataSources.ofReconciler(config, side);
    // What stands under pool is meant for the application; the load of this run is bounded by its
    // parallelism.
    pool.setMaximumPoolSize(Math.max(pool.getMaximumPoolSize(), parallelism + SPARE));
    return limited
        ? WatchedDatabase.unwatched(pool)
        : WatchedDatabase.watch(
            pool, side.label(), single(config, side, silence.dividedBy(4)), silence);
  }

  private static DataSource described(MigrationConfig config, Side side, Duration silence) {
    PGSimpleDataSource database = single(config, side, silence);
    return new DescribedConnections(
        database, new Unreachable(config, side, database.getUser())::describe);
  }

  private static PGSimpleDataSource single(MigrationConfig config, Side side, Duration silence) {
    PGSimpleDataSource database = database(config, side);
    int seconds = (int) Math.max(1, silence.toSeconds());
    database.setConnectTimeout(Math.min(CONNECT_SECONDS, seconds));
    database.setLoginTimeout(Math.min(CONNECT_SECONDS, seconds));
    if (database.getSocketTimeout() == 0) {
      database.setSocketTimeout(seconds);
    }
    return database;
  }

  private static PGSimpleDataSource database(MigrationConfig config, Side side) {
    EndpointConfig endpoint =
        config
            .endpoint(side)
            .orElseThrow(
                () ->
                    new ReconcilerException(
                        Kind.USAGE,
                        side.label()
                            + " is missing: the configuration does not say how to reach it"));
    PGSimpleDataSource database = new PGSimpleDataSource();
    database.setURL(endpoint.url());
    endpoint.username().ifPresent(database::setUser);
    endpoint.password().ifPresent(database::setPassword);
    database.setApplicationName("dualwrite reconciler");
    return database;
  }

  @Override
  public void close() {
    for (DataSource database : new DataSource[] {source, target}) {
      if (database instanceof WatchedDatabase pool) {
        pool.close();
      }
    }
  }
}
