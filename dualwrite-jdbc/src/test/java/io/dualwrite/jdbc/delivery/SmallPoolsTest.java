package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.FailurePolicy;
import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.StagedCopy;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The application's own pools, with one connection each: who waits for what with what in hand. */
@WithDatabases
class SmallPoolsTest {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final TestDatabases dbs;
  private HikariDataSource source;
  private HikariDataSource target;

  SmallPoolsTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.source = pool(dbs.source());
    this.target = pool(dbs.target());
  }

  /** What copies rows. */
  enum Copying {
    DELIVERY {
      @Override
      void once(CopyContext context, Lane lane) throws SQLException {
        LockedCopy.begin(context, lane).close();
      }
    },
    BACKFILL {
      @Override
      void once(CopyContext context, Lane lane) throws SQLException {
        StagedCopy.begin(context, lane).close();
      }
    };

    abstract void once(CopyContext context, Lane lane) throws SQLException;

    FutureTask<?> begun(CopyContext context, Lane lane) {
      FutureTask<?> task =
          new FutureTask<>(
              () -> {
                once(context, lane);
                return null;
              });
      new Thread(task).start();
      return task;
    }
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY)");
  }

  @AfterEach
  void close() {
    source.close();
    target.close();
  }

  private static HikariDataSource pool(DataSource database) {
    HikariConfig config = new HikariConfig();
    config.setDataSource(database);
    config.setMaximumPoolSize(1);
    config.setConnectionTimeout(LIMIT.toMillis());
    return new HikariDataSource(config);
  }

  private static void awaitWaitingFor(HikariDataSource pool) {
    Awaitility.await().until(() -> pool.getHikariPoolMXBean().getThreadsAwaitingConnection() == 1);
  }

  private CopyContext context(Bed bed) {
    return CopyContext.of(bed.config, Side.SOURCE, source, target, LIMIT);
  }

  @ParameterizedTest
  @EnumSource
  void aStrictCommitNeverWaitsForWhoWaitsForItsConnection(Copying copying) throws Exception {
    Bed bed =
        new Bed(dbs, MigrationConfig.builder("test").failurePolicy(FailurePolicy.STRICT).build());
    Lane lane = bed.lane("public.item");
    FutureTask<?> other;
    try (Connection own = source.getConnection()) {
      own.setAutoCommit(false);
      Bed.run(own, "INSERT INTO item VALUES (1)");
      other = copying.begun(context(bed), lane);
      awaitWaitingFor(source);
      LockedCopy.beginWithin(context(bed), lane, lane.tables(), own, false).close();
      assertThat(other).isNotDone();
      own.rollback();
    }
    other.get();
  }

  @ParameterizedTest
  @EnumSource
  @Guarantee("G6")
  void withoutStrictNobodyWaitsForTheSecondaryWithTheApplicationsConnectionInHand(Copying copying)
      throws Exception {
    Bed bed = new Bed(dbs, MigrationConfig.builder("test").build());
    FutureTask<?> other;
    try (Connection held = target.getConnection()) {
      other = copying.begun(context(bed), bed.lane("public.item"));
      awaitWaitingFor(target);
      assertThat(source.getHikariPoolMXBean().getActiveConnections()).isZero();
      assertThat(held.isClosed()).isFalse();
    }
    other.get();
  }
}
