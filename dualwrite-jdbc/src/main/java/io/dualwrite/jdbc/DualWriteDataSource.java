package io.dualwrite.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.DualWriteMetrics;
import io.dualwrite.KillSwitch;
import io.dualwrite.MismatchListener;
import io.dualwrite.ShadowComparator;
import io.dualwrite.Side;
import io.dualwrite.jdbc.config.DataSources;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.delivery.DeliveryProbe;
import io.dualwrite.jdbc.health.Health;
import io.dualwrite.jdbc.runtime.ForwardingDataSource;
import io.dualwrite.jdbc.runtime.Migration;
import io.dualwrite.jdbc.shadow.QueryAnswer;
import io.dualwrite.jdbc.shadow.ShadowOptions;
import io.dualwrite.jdbc.wrap.DualConnection;
import io.dualwrite.jdbc.wrap.PhysicalSessions;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A {@code DataSource} whose connections behave exactly as the primary's and whose committed writes
 * reach the other database as well.
 *
 * <p>A write is named in a journal in the primary, in its own statement and transaction; a
 * background thread copies the rows so named to the secondary. Losing this process at any moment
 * loses no write that was acknowledged: the journal is delivered by any other instance, or by the
 * next one to start. Under {@code BEST_EFFORT} alone, what was only in memory is lost, and found by
 * the reconciler.
 *
 * <p>Safe for use by many threads. Closing it waits a moment for what is pending, stops delivery
 * (what is left stays in the journal) and closes the pools that it made itself.
 */
public final class DualWriteDataSource extends ForwardingDataSource implements AutoCloseable {
  private final Migration migration;
  private final Deque<AutoCloseable> owned;
  private final PhysicalSessions sessions = new PhysicalSessions();

  /** Held while it closes, so that nobody closes the pools before all is delivered. */
  private final ReentrantLock closing = new ReentrantLock();

  private DualWriteDataSource(Migration migration, Deque<AutoCloseable> owned) {
    super(migration.primary());
    this.migration = migration;
    this.owned = owned;
  }

  /**
   * As the YAML file says, with connection pools of its own.
   *
   * @throws io.dualwrite.jdbc.config.ConfigurationException naming file, line and key of everything
   *     that is wrong in it
   * @throws SQLException if the source cannot be reached, or lacks the control schema and the user
   *     may not create it
   */
  public static DualWriteDataSource fromYaml(Path file) throws SQLException {
    return of(MigrationConfig.load(file));
  }

  /** As configured, with connection pools of its own. */
  public static DualWriteDataSource of(MigrationConfig config) throws SQLException {
    return builder().config(config).build();
  }

  /** To be given its parts. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  protected Connection adapted(Connection raw) throws SQLException {
    return DualConnection.wrap(raw, migration, sessions.of(raw));
  }

  /** Its connections write to the primary alone. */
  @Override
  protected void unwrapping(Class<?> type) {
    migration.bypass("unwrap:" + type.getSimpleName());
  }

  /** The migration at work, for status and health. */
  public Migration migration() {
    return migration;
  }

  /**
   * How the migration is doing in this process: phase, kill switch, journal, what is degraded. Asks
   * no database, so that it may be called as often as one likes.
   */
  public Health health() {
    return migration.health();
  }

  /**
   * Waits for what is pending to be delivered, at most {@code shutdown.drain-timeout}, stops
   * delivery, says in the log what is left in the journal, and closes what this made itself. If
   * another thread is closing it, this waits until that is done.
   */
  @Override
  public void close() throws SQLException {
    close(Migration::close);
  }

  /** The same without waiting for what is pending. */
  void closeUndrained() throws SQLException {
    close(Migration::closeUndrained);
  }

  private void close(Consumer<Migration> leaving) throws SQLException {
    closing.lock();
    try {
      leaving.accept(migration);
    } finally {
      try {
        closeAll(owned);
      } finally {
        closing.unlock();
      }
    }
  }

  private static void closeAll(Deque<AutoCloseable> owned) throws SQLException {
    SQLException failure = null;
    while (!owned.isEmpty()) {
      try {
        owned.pop().close();
      } catch (Exception e) {
        if (failure == null) {
          failure = new SQLException("closing a connection pool failed", e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Collects the parts; what is not given is made from the configuration. */
  public static final class Builder {
    private @Nullable MigrationConfig config;
    private @Nullable DataSource source;
    private @Nullable DataSource target;
    private @Nullable MeterRegistry registry;
    private KillSwitch killSwitch = KillSwitch.never();
    private DeliveryProbe probe = DeliveryProbe.NONE;
    private ShadowOptions shadowOptions = ShadowOptions.DEFAULT;
    private BiFunction<MigrationConfig, Side, HikariDataSource> pools = DataSources::ofApplication;
    private boolean separate = true;

    private Builder() {}

    /** How what is not given is made, for dualwrite alone. */
    Builder pools(BiFunction<MigrationConfig, Side, HikariDataSource> maker) {
      pools = maker;
      separate = false;
      return this;
    }

    /** The old database; the application's own pool, which stays the application's to close. */
    public Builder source(DataSource dataSource) {
      source = dataSource;
      return this;
    }

    /** The new database, likewise. */
    public Builder target(DataSource dataSource) {
      target = dataSource;
      return this;
    }

    /** What is mirrored, and how. Required. */
    public Builder config(MigrationConfig migrationConfig) {
      config = migrationConfig;
      return this;
    }

    /** Where metrics go; none are kept without it. */
    public Builder meterRegistry(MeterRegistry meterRegistry) {
      registry = meterRegistry;
      return this;
    }

    /** A kill switch beside the configured file and the control table. */
    public Builder killSwitch(KillSwitch more) {
      killSwitch = more;
      return this;
    }

    /**
     * How the answers of repeated reads are compared ({@code shadow-reads.sample-rate}): two {@link
     * QueryAnswer}s of one query, which hold no values; by default with {@code equals}. Called on a
     * background thread.
     */
    public Builder shadowComparator(ShadowComparator comparator) {
      shadowOptions = shadowOptions.withComparator(comparator);
      return this;
    }

    /**
     * Is told of repeated reads that the two sides answer otherwise: the operation is the query's
     * fingerprint, the answers are {@link QueryAnswer}s. Called on a background thread.
     */
    public Builder onMismatch(MismatchListener listener) {
      shadowOptions = shadowOptions.withMismatches(listener);
      return this;
    }

    /** By which numbers reads are chosen to be repeated. */
    Builder random(DoubleSupplier numbers) {
      shadowOptions = shadowOptions.withRandom(numbers);
      return this;
    }

    /** Is told of every step of delivery; for tests and tracing. */
    public Builder probe(DeliveryProbe deliveryProbe) {
      probe = deliveryProbe;
      return this;
    }

    /**
     * Starts mirroring.
     *
     * @throws SQLException if the source cannot be reached, or lacks the control schema and the
     *     user may not create it
     */
    public DualWriteDataSource build() throws SQLException {
      if (config == null) {
        throw new IllegalStateException(
            "DualWriteDataSource needs a configuration: builder().config(MigrationConfig.load(path))");
      }
      Deque<AutoCloseable> owned = new ArrayDeque<>();
      boolean built = false;
      try {
        DataSource ofSource =
            source == null ? own(pools.apply(config, Side.SOURCE), owned) : source;
        DataSource ofDelivery =
            source == null && separate ? own(DataSources.ofDelivery(config), owned) : ofSource;
        DataSource ofTarget =
            target == null ? own(pools.apply(config, Side.TARGET), owned) : target;
        DualWriteMetrics metrics = DualWriteMetrics.of(registry, config.migration());
        Migration migration =
            new Migration(
                config,
                ofSource,
                ofDelivery,
                ofTarget,
                source != null,
                killSwitch,
                metrics,
                probe,
                shadowOptions);
        built = true;
        return new DualWriteDataSource(migration, owned);
      } finally {
        if (!built) {
          closeAll(owned);
        }
      }
    }

    private static <T extends DataSource & AutoCloseable> DataSource own(
        T dataSource, Deque<AutoCloseable> owned) {
      owned.push(dataSource);
      return dataSource;
    }
  }
}
