package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.dualwrite.CircuitBreakerSettings;
import io.dualwrite.KillSwitch;
import io.dualwrite.ManualKillSwitch;
import io.dualwrite.SecondarySettings;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.testing.TcpProxy;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One event per change of state, and none per write that failed. */
@WithDatabases
class LogRateTest {
  private final TestDatabases dbs;
  private final ManualKillSwitch killSwitch = KillSwitch.manual("test");

  LogRateTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY, n int NOT NULL)");
  }

  private DualWriteDataSource open(TcpProxy proxy) throws SQLException {
    return DualWriteDataSource.builder()
        .config(
            MigrationConfig.builder("test")
                .secondary(
                    new SecondarySettings(
                        Duration.ofSeconds(1),
                        new CircuitBreakerSettings(100, 100_000, Duration.ofSeconds(10))))
                .build())
        .source(dbs.source())
        .target(dbs.targetThrough(proxy))
        .killSwitch(killSwitch)
        .build();
  }

  private static void insert(DualWriteDataSource ds, int from, int to) throws SQLException {
    try (Connection c = ds.getConnection();
        PreparedStatement insert = c.prepareStatement("INSERT INTO item VALUES (?, 1000)")) {
      for (int id = from; id < to; id++) {
        insert.setInt(1, id);
        insert.executeUpdate();
      }
    }
  }

  @Test
  void aThousandRowsThatTheTargetRefusesAreAFewLines() throws Exception {
    dbs.execute(dbs.target(), "ALTER TABLE item ADD CHECK (n < 100)");
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.targetServer());
        LogCapture log = new LogCapture();
        DualWriteDataSource ds = open(proxy)) {
      long began = System.nanoTime();
      insert(ds, 0, 1000);
      Awaitility.await()
          .until(
              () ->
                  "1000"
                      .equals(
                          dbs.queryValue(
                              dbs.source(), "SELECT count(*) FROM dualwrite.set_aside")));
      int minutes = (int) Duration.ofNanos(System.nanoTime() - began).toMinutes();
      assertThat(log.events()).hasSizeLessThanOrEqualTo(5 + minutes);
      assertThat(log.of("entry.set-aside")).as("once a minute").hasSizeBetween(1, 1 + minutes);
      ILoggingEvent event = log.of("entry.set-aside").get(0);
      assertThat(LogCapture.value(event, "migration")).contains("test");
      assertThat(LogCapture.value(event, "table")).contains("public.item");
      assertThat(LogCapture.value(event, "sqlState")).contains("23514");
      assertThat(event.getFormattedMessage()).as("no values").doesNotContain("1000)");
    }
  }

  @Test
  void aTargetThatComesAndGoesIsSaidOnce() throws Exception {
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.targetServer());
        LogCapture log = new LogCapture();
        DualWriteDataSource ds = open(proxy)) {
      insert(ds, 0, 1);
      dbs.awaitSameRows("SELECT * FROM item");
      // Few: after a minute it is said again.
      for (int i = 1; i <= 3; i++) {
        proxy.refuse();
        insert(ds, 100 * i, 100 * i + 100);
        Awaitility.await().until(() -> ds.migration().delivery().failing());
        proxy.forward();
        Awaitility.await().until(() -> !ds.migration().delivery().failing());
      }
      dbs.awaitSameRows("SELECT * FROM item ORDER BY id");
      assertThat(log.of("delivery.waiting")).hasSize(1);
      assertThat(log.of("delivery.resumed")).hasSizeLessThanOrEqualTo(1);
      assertThat(log.events()).hasSizeLessThanOrEqualTo(8);
    }
  }

  @Test
  void eachTurnOfTheKillSwitchIsOneEventOfEachKind() throws Exception {
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.targetServer());
        LogCapture log = new LogCapture();
        DualWriteDataSource ds = open(proxy)) {
      killSwitch.engage();
      insert(ds, 0, 50);
      killSwitch.release();
      assertThat(log.changes())
          .as("but for a source that took long to record the gap")
          .filteredOn(change -> !change.startsWith("gap."))
          .containsExactly(
              "migration.started",
              "mirroring.stopped",
              "kill-switch.engaged",
              "mirroring.resumed",
              "kill-switch.released");
      assertThat(LogCapture.value(log.of("kill-switch.engaged").get(0), "sources"))
          .contains("[test]");
    }
  }
}
