package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.KillSwitch;
import io.dualwrite.ManualKillSwitch;
import io.dualwrite.jdbc.config.KillSwitchConfig;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.health.Health;
import io.dualwrite.jdbc.journal.Control;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TcpProxy;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithDatabases
class KillSwitchTest {
  /** One whose recording took long is recorded again; both end. */
  private static final String GAPS =
      "SELECT DISTINCT reason, until IS NULL FROM dualwrite.gaps ORDER BY 1, 2";

  private final TestDatabases dbs;
  private final ManualKillSwitch killSwitch = KillSwitch.manual();

  KillSwitchTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY)");
  }

  private DualWriteDataSource open() throws SQLException {
    return DualWriteDataSource.builder()
        .config(MigrationConfig.builder("test").build())
        .source(dbs.source())
        .target(dbs.target())
        .killSwitch(killSwitch)
        .build();
  }

  private static void insert(Connection connection, int id) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO item VALUES (?)")) {
      insert.setInt(1, id);
      insert.executeUpdate();
    }
  }

  private void awaitGap(String reason, String open) {
    Awaitility.await()
        .until(() -> dbs.query(dbs.source(), GAPS).equals(List.of(List.of(reason, open))));
  }

  private void insert(DualWriteDataSource ds, int id) throws SQLException {
    try (Connection c = ds.getConnection()) {
      insert(c, id);
    }
  }

  @Test
  @Guarantee("G9")
  void engagedWritesGoToTheSourceAloneAndTheGapIsRecorded() throws Exception {
    try (DualWriteDataSource ds = open()) {
      insert(ds, 1);
      dbs.awaitSameRows("SELECT * FROM item");
      killSwitch.engage();
      insert(ds, 2);
      awaitGap("kill switch", "t");
      assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.journal"))
          .isEqualTo("0");
      killSwitch.release();
      awaitGap("kill switch", "f");
      insert(ds, 3);
      Awaitility.await()
          .until(
              () ->
                  dbs.query(dbs.target(), "SELECT * FROM item ORDER BY id")
                      .equals(List.of(List.of("1"), List.of("3"))));
    }
  }

  @Test
  @Guarantee("G9")
  void aTargetThatDoesNotAnswerHoldsNothingUpAndTakesNothingMore() throws Exception {
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.targetServer());
        DualWriteDataSource ds =
            DualWriteDataSource.builder()
                .config(MigrationConfig.builder("test").build())
                .source(dbs.source())
                .target(dbs.targetThrough(proxy))
                .killSwitch(killSwitch)
                .build()) {
      insert(ds, 1);
      dbs.awaitSameRows("SELECT * FROM item");
      proxy.holdAnswers();
      for (int id = 2; id < 50; id++) {
        insert(ds, id);
      }
      killSwitch.engage();
      assertThat(ds.migration().active()).isFalse();
      insert(ds, 50);
      String then = dbs.queryValue(dbs.target(), "SELECT count(*) FROM item");
      proxy.cut();
      proxy.forward();
      insert(ds, 51);
      // What the server had been told before the switch is undone when it notices the cut
      // connection.
      Awaitility.await()
          .until(
              () ->
                  "0"
                      .equals(
                          dbs.queryValue(
                              dbs.target(),
                              "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                                  + " AND pid <> pg_backend_pid() AND state LIKE 'idle in trans%'")));
      assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item")).isEqualTo(then);
      killSwitch.release();
      Awaitility.await()
          .until(() -> "49".equals(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item")));
    }
  }

  @Test
  @Guarantee("G2")
  void theGapLastsUntilTheLastTransactionBegunInItHasEnded() throws Exception {
    try (DualWriteDataSource ds = open();
        Connection slow = ds.getConnection()) {
      killSwitch.engage();
      slow.setAutoCommit(false);
      insert(slow, 1);
      killSwitch.release();
      try (Connection other = ds.getConnection()) {
        insert(other, 2);
      }
      Awaitility.await()
          .until(() -> dbs.query(dbs.target(), "SELECT * FROM item").equals(List.of(List.of("2"))));
      awaitGap("kill switch", "t");
      slow.commit();
      awaitGap("kill switch", "f");
    }
  }

  @Test
  void aTransactionBegunBeforeIsJournaledToItsEndAndDeliveredAfterTheRelease() throws Exception {
    try (DualWriteDataSource ds = open();
        Connection c = ds.getConnection()) {
      c.setAutoCommit(false);
      insert(c, 1);
      killSwitch.engage();
      insert(c, 2);
      c.commit();
      assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.journal"))
          .isEqualTo("2");
      assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item")).isEqualTo("0");
      killSwitch.release();
      dbs.awaitSameRows("SELECT * FROM item ORDER BY id");
    }
  }

  @Test
  @Guarantee("G9")
  void everySourceOfTheConfigurationCountsAndOneThatCannotBeReadIsNamed(@TempDir Path directory)
      throws Exception {
    Path file = directory.resolve("off");
    String property = "dualwrite.test.off." + dbs.database();
    MigrationConfig config =
        MigrationConfig.builder("test")
            .killSwitch(
                new KillSwitchConfig(
                    Optional.of(file),
                    Optional.of(property),
                    Optional.of("PATH"),
                    Optional.empty(),
                    Duration.ofMillis(20)))
            .build();
    try (DualWriteDataSource ds =
        DualWriteDataSource.builder()
            .config(config)
            .source(dbs.source())
            .target(dbs.target())
            .killSwitch(killSwitch)
            .build()) {
      assertThat(ds.migration().active()).isTrue();
      assertThat(ds.health().degraded())
          .extracting(Health.Degraded::what)
          .containsExactly("kill switch cannot be read: environment variable PATH");
      Files.createFile(file);
      System.setProperty(property, "on");
      Awaitility.await().until(() -> ds.health().killSwitchBy().size() == 2);
      assertThat(ds.health().killSwitchBy())
          .containsExactlyInAnyOrder("file " + file, "system property " + property);
      Files.delete(file);
      Awaitility.await().until(() -> ds.health().killSwitchBy().size() == 1);
      assertThat(ds.migration().active()).as("the property still engages it").isFalse();
      System.clearProperty(property);
      Awaitility.await().until(() -> ds.migration().active());
    } finally {
      System.clearProperty(property);
    }
  }

  @Test
  void theControlTableEngagesItInEveryInstance() throws Exception {
    try (DualWriteDataSource one = open();
        DualWriteDataSource two = open();
        Connection control = dbs.source().getConnection()) {
      assertThat(new Control("dualwrite").setKillSwitch(control, "test", true)).isPresent();
      Awaitility.await().until(() -> !one.migration().active() && !two.migration().active());
      insert(one, 1);
      assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.journal"))
          .isEqualTo("0");
    }
  }

  @Test
  @Guarantee("G2")
  void aJournalThatIsDroppedDoesNotStopTheApplication() throws Exception {
    try (DualWriteDataSource ds = open()) {
      insert(ds, 1);
      dbs.awaitSameRows("SELECT * FROM item");
      dbs.execute(dbs.source(), "ALTER TABLE dualwrite.journal RENAME TO gone");
      insert(ds, 2);
      assertThat(ds.migration().describe()).contains("journal not writable");
      awaitGap("journal not writable", "t");
      dbs.execute(dbs.source(), "ALTER TABLE dualwrite.gone RENAME TO journal");
      awaitGap("journal not writable", "f");
      insert(ds, 3);
      Awaitility.await()
          .until(() -> "2".equals(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item")));
      assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM item")).isEqualTo("3");
    }
  }

  @Test
  void inATransactionALostJournalIsARetryableError() throws Exception {
    try (DualWriteDataSource ds = open();
        Connection c = ds.getConnection()) {
      c.setAutoCommit(false);
      insert(c, 1);
      c.commit();
      dbs.execute(dbs.source(), "ALTER TABLE dualwrite.journal RENAME COLUMN key TO k");
      try (Statement s = c.createStatement()) {
        s.executeUpdate("DELETE FROM item");
        throw new AssertionError("should have failed");
      } catch (SQLException e) {
        assertThat(e.getSQLState()).isEqualTo("40001");
      }
      c.rollback();
      insert(c, 2);
      c.commit();
      assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM item")).isEqualTo("2");
      dbs.execute(dbs.source(), "ALTER TABLE dualwrite.journal RENAME COLUMN k TO key");
    }
  }

  @Test
  @Guarantee("G2")
  void aBatchBegunBeforeAndRunUnderAutoCommitKeepsRowsAndEntriesTogether() throws Exception {
    try (DualWriteDataSource ds = open();
        Connection connection = ds.getConnection();
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO item (id) VALUES (?)")) {
      connection.setAutoCommit(false);
      // The first batch shows that they are large, so that the second runs as it was written.
      for (int id = 0; id < 200; id++) {
        insert.setInt(1, id);
        insert.addBatch();
        if (id == 99) {
          insert.executeBatch();
          connection.commit();
        }
      }
      Awaitility.await()
          .until(
              () ->
                  dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.journal")
                      .equals("0"));
      killSwitch.engage();
      connection.setAutoCommit(true);
      assertThat(insert.executeBatch()).hasSize(100).containsOnly(1);
      assertThat(connection.getAutoCommit()).isTrue();
      assertThat(
              dbs.query(
                  dbs.source(), "SELECT DISTINCT tx::text, range_from FROM dualwrite.journal"))
          .isEqualTo(
              dbs.query(
                  dbs.source(), "SELECT DISTINCT xmin::text, '100' FROM item WHERE id >= 100"));
    }
  }
}
