package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.KillSwitch;
import io.dualwrite.ManualKillSwitch;
import io.dualwrite.SecondarySettings;
import io.dualwrite.jdbc.config.EndpointConfig;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.ShutdownConfig;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TcpProxy;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An application that is stopped in order. */
@WithDatabases(dedicated = true)
class LeavingTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  /** Beside what is waited for, on a machine with other things to do. */
  private static final Duration MORE = Duration.ofSeconds(20);

  private final TestDatabases dbs;
  private final ManualKillSwitch killSwitch = KillSwitch.manual("test");

  LeavingTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY, n int NOT NULL)");
  }

  private DualWriteDataSource open(DataSource target, Duration drain) throws SQLException {
    return open(target, drain, TIMEOUT);
  }

  private DualWriteDataSource open(DataSource target, Duration drain, Duration timeout)
      throws SQLException {
    return DualWriteDataSource.builder()
        .config(
            MigrationConfig.builder("test")
                .secondary(SecondarySettings.defaults().withTimeout(timeout))
                .shutdown(new ShutdownConfig(drain))
                .build())
        .source(dbs.source())
        .target(target)
        .killSwitch(killSwitch)
        .build();
  }

  private EndpointConfig endpoint(String url) {
    return EndpointConfig.of(url, dbs.username(), dbs.password());
  }

  private static void insert(DualWriteDataSource ds, int from, int to) throws SQLException {
    try (Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      s.executeUpdate(
          "INSERT INTO item SELECT i, i FROM generate_series(" + from + ", " + to + ") i");
    }
  }

  private static Duration closing(DualWriteDataSource ds) throws SQLException {
    long start = System.nanoTime();
    ds.close();
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private static String left(LogCapture log) {
    return LogCapture.value(log.of("migration.stopped").get(0), "left").orElse("unknown");
  }

  @Test
  @Guarantee("G1")
  void whatIsPendingArrivesBeforeTheEnd() throws Exception {
    try (LogCapture log = new LogCapture()) {
      DualWriteDataSource ds = open(dbs.target(), Duration.ofSeconds(30));
      insert(ds, 1, 5000);
      ds.close();
      dbs.assertSameRows("SELECT * FROM item ORDER BY id");
      assertThat(left(log)).isEqualTo("0");
      ds.close();
      assertThat(log.of("migration.stopped")).hasSize(1);
    }
  }

  @Test
  void aTargetThatIsDownIsNotWaitedForAndWhatIsLeftIsSaid() throws Exception {
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.targetServer());
        LogCapture log = new LogCapture()) {
      DualWriteDataSource ds = open(dbs.targetThrough(proxy), Duration.ofSeconds(60));
      insert(ds, 1, 1);
      dbs.awaitSameRows("SELECT * FROM item");
      proxy.refuse();
      insert(ds, 2, 8);
      Awaitility.await().until(() -> ds.migration().delivery().failing());
      assertThat(closing(ds)).isLessThan(TIMEOUT.plus(MORE));
      assertThat(left(log)).isEqualTo("7");
      assertThat(log.of("migration.stopped").get(0).getFormattedMessage())
          .contains("stopped with 7 entries left", "the secondary does not take them");
    }
  }

  @Test
  @Guarantee("G6")
  void aTargetThatIsFrozenIsWaitedForNoLongerThanTheLimit() throws Exception {
    try (LogCapture log = new LogCapture()) {
      DualWriteDataSource ds = open(dbs.target(), Duration.ofSeconds(1));
      insert(ds, 1, 1);
      dbs.awaitSameRows("SELECT * FROM item");
      dbs.targetServer().freeze();
      try {
        insert(ds, 2, 4);
        assertThat(closing(ds)).isLessThan(Duration.ofSeconds(1).plus(TIMEOUT).plus(MORE));
      } finally {
        dbs.targetServer().thaw();
      }
      assertThat(left(log)).isEqualTo("3");
      try (DualWriteDataSource next = open(dbs.target(), Duration.ofSeconds(1))) {
        dbs.awaitSameRows("SELECT * FROM item ORDER BY id");
      }
    }
  }

  @Test
  void aSourceThatIsFrozenHoldsNobodyUp() throws Exception {
    try (LogCapture log = new LogCapture()) {
      DualWriteDataSource ds = open(dbs.target(), Duration.ofSeconds(1));
      insert(ds, 1, 1);
      dbs.awaitSameRows("SELECT * FROM item");
      dbs.sourceServer().freeze();
      try {
        assertThat(closing(ds)).isLessThan(Duration.ofSeconds(1).plus(TIMEOUT).plus(MORE));
      } finally {
        dbs.sourceServer().thaw();
      }
      assertThat(log.of("migration.stopped").get(0).getFormattedMessage())
          .contains("the journal cannot be looked at");
    }
  }

  @Test
  void withTheKillSwitchEngagedNothingIsDelivered() throws Exception {
    try (LogCapture log = new LogCapture()) {
      DualWriteDataSource ds = open(dbs.target(), Duration.ofSeconds(60));
      try (Connection c = ds.getConnection();
          Statement s = c.createStatement()) {
        c.setAutoCommit(false);
        s.executeUpdate("INSERT INTO item VALUES (1, 1)");
        killSwitch.engage();
        c.commit();
      }
      assertThat(closing(ds)).isLessThan(MORE);
      assertThat(left(log)).isEqualTo("1");
      assertThat(log.of("migration.stopped").get(0).getFormattedMessage())
          .contains("while kill switch");
      assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item")).isEqualTo("0");
    }
  }

  @Test
  void whileTheSourceIsFrozenItsHealthIsToldAllTheSame() throws Exception {
    try (DualWriteDataSource ds = open(dbs.target(), Duration.ofSeconds(1))) {
      dbs.sourceServer().freeze();
      try {
        long start = System.nanoTime();
        for (int i = 0; i < 1000; i++) {
          assertThat(ds.health().toString()).contains("SOURCE_PRIMARY");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(MORE);
      } finally {
        dbs.sourceServer().thaw();
      }
    }
  }

  @Test
  void whoeverClosesItAsWellWaitsUntilAllIsDelivered() throws Exception {
    try (LogCapture log = new LogCapture();
        Connection other = dbs.target().getConnection();
        Statement lock = other.createStatement()) {
      DualWriteDataSource ds =
          DualWriteDataSource.of(
              MigrationConfig.builder("test")
                  .source(endpoint(dbs.sourceUrl()))
                  .target(endpoint(dbs.targetUrl()))
                  .secondary(SecondarySettings.defaults().withTimeout(Duration.ofSeconds(20)))
                  .shutdown(new ShutdownConfig(Duration.ofSeconds(30)))
                  .build());
      insert(ds, 1, 1);
      dbs.awaitSameRows("SELECT * FROM item");
      other.setAutoCommit(false);
      lock.execute("LOCK TABLE item");
      insert(ds, 2, 2);
      FutureTask<Duration> first = new FutureTask<>(() -> closing(ds));
      new Thread(first).start();
      FutureTask<Duration> second = new FutureTask<>(() -> closing(ds));
      new Thread(second).start();
      assertThat(second).failsWithin(Duration.ofSeconds(1));
      assertThat(first).isNotDone();
      other.rollback();
      first.get();
      second.get();
      dbs.assertSameRows("SELECT * FROM item ORDER BY id");
      assertThat(log.of("migration.stopped")).hasSize(1);
      assertThat(left(log)).isEqualTo("0");
    }
  }

  @Test
  void whatWasOnceWaitedForInVainIsWaitedForAgain() throws Exception {
    try (LogCapture log = new LogCapture();
        Connection other = dbs.target().getConnection();
        Statement lock = other.createStatement()) {
      DualWriteDataSource ds = open(dbs.target(), Duration.ofSeconds(30), Duration.ofSeconds(20));
      try (Connection c = ds.getConnection();
          Statement s = c.createStatement()) {
        c.setAutoCommit(false);
        s.executeUpdate("INSERT INTO item VALUES (1, 1)");
        killSwitch.engage();
        c.commit();
      }
      assertThat(ds.migration().drain()).isFalse();
      killSwitch.release();
      dbs.awaitSameRows("SELECT * FROM item");
      other.setAutoCommit(false);
      lock.execute("LOCK TABLE item");
      insert(ds, 2, 2);
      FutureTask<Duration> closing = new FutureTask<>(() -> closing(ds));
      new Thread(closing).start();
      assertThat(closing).failsWithin(Duration.ofSeconds(1));
      other.rollback();
      closing.get();
      assertThat(left(log)).isEqualTo("0");
    }
  }
}
