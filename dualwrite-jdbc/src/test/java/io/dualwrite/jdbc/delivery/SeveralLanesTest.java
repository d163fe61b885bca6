package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.Delivery;
import io.dualwrite.FailurePolicy;
import io.dualwrite.Side;
import io.dualwrite.jdbc.DualWriteDataSource;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.ThrottleConfig;
import io.dualwrite.jdbc.delivery.DeliveryProbe.Point;
import io.dualwrite.jdbc.schema.SliceFunction;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;

/** Applications that deliver one table by several connections. */
@WithDatabases
@Timeout(300)
class SeveralLanesTest {
  private static final String ITEM = "public.item";
  private static final String ALL = "SELECT * FROM item ORDER BY id";

  private final TestDatabases dbs;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  SeveralLanesTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY, v text)");
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private static MigrationConfig.Builder config(int lanes) {
    return MigrationConfig.builder("test").throttle(ThrottleConfig.OFF).deliveryLanes(lanes);
  }

  private DualWriteDataSource open(
      MigrationConfig config, DataSource source, DataSource target, DeliveryProbe probe)
      throws SQLException {
    DualWriteDataSource ds =
        DualWriteDataSource.builder()
            .config(config)
            .source(source)
            .target(target)
            .probe(probe)
            .build();
    Awaitility.await().until(() -> ds.migration().delivery().lane(ITEM).isPresent());
    return ds;
  }

  private DualWriteDataSource open(MigrationConfig config) throws SQLException {
    return open(config, dbs.source(), dbs.target(), DeliveryProbe.NONE);
  }

  /** Rows that nobody has delivered yet, each named by itself. */
  private void backlog(int rows) throws SQLException {
    dbs.execute(
        dbs.source(),
        "WITH r AS (INSERT INTO item SELECT g, 'row ' || g FROM generate_series(1, "
            + rows
            + ") g RETURNING id)"
            + " INSERT INTO dualwrite.journal (table_name, key_id, key) SELECT 'public.item', "
            + new Bed(dbs, config(1).build()).keyId(ITEM)
            + ", ARRAY[id::text] FROM r");
  }

  private void awaitEmptyJournal() {
    Awaitility.await()
        .until(
            () ->
                "0".equals(dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.journal")));
  }

  @Test
  @Guarantee("G1")
  void aBacklogIsDeliveredInSlicesByTwoApplicationsWithOtherSettings() throws Exception {
    new Bed(dbs, config(1).build());
    backlog(60_000);
    try (DualWriteDataSource two = open(config(2).build());
        DualWriteDataSource eight = open(config(8).build());
        DualWriteDataSource one = open(config(1).build())) {
      for (int i = 0; i < 200; i++) {
        dbs.execute(one, "UPDATE item SET v = 'newer " + i + "' WHERE id = " + i * 300);
      }
      awaitEmptyJournal();
      dbs.assertSameRows(ALL);
      assertThat(
              two.migration().delivery().rowsInSlices()
                  + eight.migration().delivery().rowsInSlices())
          .isPositive();
      assertThat(one.migration().delivery().rowsInSlices()).isZero();
    }
  }

  @Test
  void whoWaitsForADeliveryFindsItOnTheTarget() throws Exception {
    new Bed(dbs, config(1).build());
    backlog(40_000);
    MigrationConfig sync = config(4).delivery(Delivery.SYNC).build();
    try (DualWriteDataSource ds = open(sync)) {
      for (int i = 1; i < 40; i++) {
        dbs.execute(ds, "UPDATE item SET v = 'sync " + i + "' WHERE id = " + i * 1000);
        if (ds.migration().delivery().await(List.of(ITEM), Duration.ofSeconds(60))) {
          assertThat(dbs.queryValue(dbs.target(), "SELECT v FROM item WHERE id = " + i * 1000))
              .isEqualTo("sync " + i);
        }
      }
      awaitEmptyJournal();
      dbs.assertSameRows(ALL);
    }
  }

  @Test
  @Guarantee("G9")
  void theKillSwitchCutsAllOfThemOff() throws Exception {
    new Bed(dbs, config(1).build());
    backlog(40_000);
    Gate gate = new Gate(Point.LOCKED);
    try (DualWriteDataSource ds =
        open(
            config(4).build(),
            dbs.source(),
            dbs.target(),
            point -> {
              if (dualwriteInSlices()) {
                gate.reached(point);
              }
            })) {
      gate.awaitReached();
      ds.migration().delivery().pause();
      Awaitility.await().until(() -> !dualwriteInSlices());
      String then = dbs.queryValue(dbs.target(), "SELECT count(*) FROM item");
      gate.open();
      assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item")).isEqualTo(then);
      ds.migration().delivery().resume();
      awaitEmptyJournal();
      dbs.assertSameRows(ALL);
    }
  }

  @Test
  void entriesOfALoadNameRowsOfOneSliceEach() throws Exception {
    dbs.executeOnBoth("CREATE TABLE part (id uuid PRIMARY KEY, v int)");
    try (DualWriteDataSource ds = open(config(4).build());
        Connection connection = ds.getConnection()) {
      Awaitility.await().until(() -> ds.migration().delivery().lane("public.part").isPresent());
      ds.migration().delivery().pause();
      StringBuilder rows = new StringBuilder();
      for (int i = 0; i < 4000; i++) {
        rows.append(UUID.randomUUID()).append('\t').append(i).append('\n');
      }
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn("COPY part FROM STDIN", new StringReader(rows.toString()));
      SliceFunction function =
          SliceFunction.of(
                  ds.migration()
                      .delivery()
                      .lane("public.part")
                      .orElseThrow()
                      .tables()
                      .get(0)
                      .keyOn(Side.SOURCE))
              .orElseThrow();
      assertThat(
              dbs.query(
                  dbs.source(),
                  "SELECT count(DISTINCT "
                      + function.sql(i -> "k")
                      + "), count(*) > 50 FROM dualwrite.journal j CROSS JOIN LATERAL unnest(j.keys) k GROUP BY j.ctid"))
          .hasSizeGreaterThanOrEqualTo(8)
          .allMatch(row -> row.equals(List.of("1", "t")));
      ds.migration().delivery().resume();
      awaitEmptyJournal();
      dbs.assertSameRows("SELECT * FROM part ORDER BY id");
    }
  }

  /** Somebody holds a lock of a table in shared mode; nobody is strict here. */
  private boolean dualwriteInSlices() {
    try {
      return !"0"
          .equals(
              dbs.queryValue(
                  dbs.target(),
                  "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE l.locktype = 'advisory'"
                      + " AND l.mode = 'ShareLock' AND d.datname = current_database()"));
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aSmallPoolIsEnough() throws Exception {
    new Bed(dbs, config(1).build());
    backlog(30_000);
    try (HikariDataSource source = pool(dbs.source(), 3);
        HikariDataSource target = pool(dbs.target(), 1);
        DualWriteDataSource ds = open(config(8).build(), source, target, DeliveryProbe.NONE)) {
      awaitEmptyJournal();
      dbs.assertSameRows(ALL);
      assertThat(ds.migration().delivery().rowsInSlices()).isPositive();
    }
  }

  private static HikariDataSource pool(DataSource database, int size) {
    HikariConfig config = new HikariConfig();
    config.setDataSource(database);
    config.setMaximumPoolSize(size);
    config.setConnectionTimeout(2000);
    return new HikariDataSource(config);
  }

  @Test
  @Guarantee({"G1", "G4"})
  void strictWritersAndSlices() throws Exception {
    new Bed(dbs, config(1).build());
    backlog(20_000);
    try (DualWriteDataSource strict = open(config(1).failurePolicy(FailurePolicy.STRICT).build());
        DualWriteDataSource sliced = open(config(4).build())) {
      List<Future<?>> writers = new ArrayList<>();
      for (int w = 0; w < 4; w++) {
        DualWriteDataSource ds = w % 2 == 0 ? strict : sliced;
        Random random = new Random(w);
        writers.add(threads.submit(() -> write(ds, random)));
      }
      for (Future<?> writer : writers) {
        writer.get(3, TimeUnit.MINUTES);
      }
      awaitEmptyJournal();
      dbs.assertSameRows(ALL);
    }
  }

  private static Object write(DualWriteDataSource ds, Random random) throws SQLException {
    try (Connection connection = ds.getConnection()) {
      for (int i = 0; i < 150; i++) {
        int id = 1 + random.nextInt(20) * 1000;
        String sql =
            random.nextInt(4) == 0
                ? "DELETE FROM item WHERE id = ?"
                : "INSERT INTO item VALUES (?, 'w"
                    + random.nextInt()
                    + "') ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
          statement.setInt(1, id);
          statement.executeUpdate();
        } catch (SQLException e) {
          // Both sides rolled back: the lock was not to be had in time.
          assertThat(e.getSQLState()).startsWith("40");
        }
      }
    }
    return "";
  }
}
