package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.CircuitBreakerSettings;
import io.dualwrite.KillSwitch;
import io.dualwrite.ManualKillSwitch;
import io.dualwrite.Phase;
import io.dualwrite.SecondarySettings;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.health.Health;
import io.dualwrite.testing.TcpProxy;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an actuator or a log line can print. */
@WithDatabases
class HealthTest {
  private final TestDatabases dbs;
  private final ManualKillSwitch killSwitch = KillSwitch.manual("test");

  HealthTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY)");
  }

  private DualWriteDataSource open(DataSource target) throws SQLException {
    return DualWriteDataSource.builder()
        .config(
            MigrationConfig.builder("test")
                .secondary(
                    new SecondarySettings(
                        Duration.ofSeconds(1),
                        new CircuitBreakerSettings(50, 100, Duration.ofMillis(500))))
                .build())
        .source(dbs.source())
        .target(target)
        .killSwitch(killSwitch)
        .build();
  }

  private static void insert(DualWriteDataSource ds, int id) throws SQLException {
    try (Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      s.executeUpdate("INSERT INTO item VALUES (" + id + ")");
    }
  }

  @Test
  void allIsWell() throws Exception {
    try (DualWriteDataSource one = open(dbs.target());
        DualWriteDataSource two = open(dbs.target())) {
      Awaitility.await().until(() -> one.health().alive() == 2 && two.health().healthy());
      Health health = two.health();
      assertThat(health.healthy()).isTrue();
      assertThat(health.phase()).isEqualTo(Phase.SOURCE_PRIMARY);
      assertThat(health.epoch()).isEqualTo(1);
      assertThat(health.mirroring()).isTrue();
      assertThat(health.breaker()).isEqualTo("CLOSED");
      assertThat(health.instance()).isNotEqualTo(one.health().instance());
      assertThat(health.toString())
          .startsWith(
              "migration test · SOURCE_PRIMARY · epoch 1 · mirroring · kill switch released · breaker CLOSED · journal 0 pending")
          .endsWith("healthy")
          .doesNotContain("\n", dbs.password());
    }
  }

  @Test
  void aTargetThatIsAwayShowsSinceWhenAndWhatWaits() throws Exception {
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.targetServer());
        DualWriteDataSource ds = open(dbs.targetThrough(proxy))) {
      insert(ds, 1);
      dbs.awaitSameRows("SELECT * FROM item");
      Instant before = Instant.now();
      proxy.refuse();
      insert(ds, 2);
      Awaitility.await()
          .until(
              () ->
                  ds.health().journal().pending() == 1
                      && ds.health().degraded().stream()
                          .anyMatch(d -> d.what().equals("delivery waits for the secondary")));
      Health first = ds.health();
      assertThat(first.degraded().get(0).since()).isAfterOrEqualTo(before.minusMillis(1));
      assertThat(first.toString()).contains("1 pending", "DEGRADED: ", " since ");
      Awaitility.await().until(() -> ds.health().journal().oldest().toMillis() > 1500);
      assertThat(
              ds.health().degraded().stream()
                  .filter(d -> d.what().equals("delivery waits for the secondary"))
                  .findFirst()
                  .orElseThrow())
          .as("since the same moment")
          .isEqualTo(
              first.degraded().stream()
                  .filter(d -> d.what().equals("delivery waits for the secondary"))
                  .findFirst()
                  .orElseThrow());
      proxy.forward();
      Awaitility.await().until(() -> ds.health().healthy());
      assertThat(first.healthy()).as("what was seen does not change").isFalse();
    }
  }

  @Test
  void aTableThatTheTargetHasNoMoreIsHeld() throws Exception {
    try (DualWriteDataSource ds = open(dbs.target())) {
      insert(ds, 1);
      dbs.awaitSameRows("SELECT * FROM item");
      dbs.execute(
          dbs.target(),
          "REVOKE ALL ON item FROM CURRENT_USER",
          "ALTER TABLE item RENAME TO elsewhere");
      insert(ds, 2);
      Awaitility.await()
          .until(
              () ->
                  !ds.health().heldTables().isEmpty()
                      || ds.health().degraded().stream()
                          .anyMatch(d -> d.what().contains("delivery waits")));
      dbs.execute(dbs.target(), "ALTER TABLE elsewhere RENAME TO item");
      dbs.awaitSameRows("SELECT * FROM item ORDER BY id");
    }
  }

  @Test
  void anEngagedSwitchIsNoFaultAndALostJournalIs() throws Exception {
    try (DualWriteDataSource ds = open(dbs.target())) {
      killSwitch.engage();
      assertThat(ds.health().killSwitchBy()).containsExactly("test");
      assertThat(ds.health().mirroring()).isFalse();
      Awaitility.await().until(() -> ds.health().healthy());
      assertThat(ds.health().toString()).contains("kill switch ENGAGED by test", "not mirroring");
      killSwitch.release();
      insert(ds, 1);
      dbs.execute(dbs.source(), "ALTER TABLE dualwrite.journal RENAME TO gone");
      insert(ds, 2);
      assertThat(ds.health().degraded())
          .extracting(Health.Degraded::what)
          .anyMatch(what -> what.startsWith("journal not writable: "));
      dbs.execute(dbs.source(), "ALTER TABLE dualwrite.gone RENAME TO journal");
      Awaitility.await().until(() -> ds.health().healthy());
    }
  }
}
