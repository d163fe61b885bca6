package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.Phase;
import io.dualwrite.jdbc.config.ControlConfig;
import io.dualwrite.jdbc.config.ControlConfig.WhenUnreachable;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.Control;
import io.dualwrite.jdbc.journal.Instances;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What instances read from the control table, and what they say of themselves. */
@WithDatabases
class ControlTableTest {
  private static final Control CONTROL = new Control("dualwrite");
  private static final Instances INSTANCES = new Instances("dualwrite");
  private final TestDatabases dbs;

  ControlTableTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY)");
  }

  private DualWriteDataSource open() throws SQLException {
    return open(ControlConfig.DEFAULT);
  }

  private DualWriteDataSource open(ControlConfig control) throws SQLException {
    return DualWriteDataSource.builder()
        .config(MigrationConfig.builder("test").control(control).build())
        .source(dbs.source())
        .target(dbs.target())
        .build();
  }

  private static void insert(DualWriteDataSource ds, int id) throws SQLException {
    try (Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      s.executeUpdate("INSERT INTO item VALUES (" + id + ")");
    }
  }

  private long set(Phase phase) throws SQLException {
    try (Connection c = dbs.source().getConnection()) {
      long epoch = CONTROL.read(c, "test").orElseThrow().epoch();
      return CONTROL.setPhase(c, "test", epoch, phase).orElseThrow().epoch();
    }
  }

  private List<Instances.Instance> instances() throws SQLException {
    try (Connection c = dbs.source().getConnection()) {
      return INSTANCES.list(c, "test");
    }
  }

  private void awaitEpoch(long epoch) {
    Awaitility.await().until(() -> instances().stream().allMatch(i -> i.follows(epoch)));
  }

  private String count(String from) throws SQLException {
    return dbs.queryValue(dbs.source(), "SELECT count(*) FROM " + from);
  }

  @Test
  @Guarantee("G2")
  void aTransactionBegunBeforeThePhaseChangedIsNotMirroredToItsEndAndTheGapLastsAsLong()
      throws Exception {
    try (DualWriteDataSource ds = open();
        Connection slow = ds.getConnection();
        Statement statement = slow.createStatement()) {
      awaitEpoch(set(Phase.SOURCE_ONLY));
      slow.setAutoCommit(false);
      statement.executeUpdate("INSERT INTO item VALUES (1)");
      awaitEpoch(set(Phase.SOURCE_PRIMARY));
      statement.executeUpdate("INSERT INTO item VALUES (2)");
      insert(ds, 3);
      Awaitility.await()
          .until(() -> "1".equals(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item")));
      Awaitility.await()
          .until(
              () ->
                  dbs.query(
                          dbs.source(), "SELECT DISTINCT reason, until IS NULL FROM dualwrite.gaps")
                      .equals(List.of(List.of("phase", "t"))));
      slow.commit();
      Awaitility.await().until(() -> "0".equals(count("dualwrite.gaps WHERE until IS NULL")));
      assertThat(dbs.query(dbs.target(), "SELECT id FROM item")).containsExactly(List.of("3"));
    }
  }

  @Test
  void anInstanceTellsWhatItDoesAndWhoItIs() throws Exception {
    try (DualWriteDataSource ds = open()) {
      awaitEpoch(1);
      Instances.Instance first = instances().get(0);
      assertThat(first.phase()).contains(Phase.SOURCE_PRIMARY);
      assertThat(first.state()).isEqualTo("mirroring");
      assertThat(first.killSwitchBy()).isEmpty();
      assertThat(first.capture()).contains("STATEMENT");
      assertThat(first.policy()).contains("RECOVER ASYNC");
      assertThat(first.version().orElseThrow()).matches("\\d+\\..*");
      assertThat(first.pid()).hasValue(ProcessHandle.current().pid());
      assertThat(first.name()).startsWith(first.host().orElseThrow() + ":");
      assertThat(first.alive()).isTrue();
      try (Connection c = dbs.source().getConnection()) {
        CONTROL.setKillSwitch(c, "test", true);
      }
      awaitEpoch(2);
      assertThat(instances().get(0).killSwitchBy()).containsExactly("control table");
      assertThat(instances().get(0).state()).isEqualTo("kill switch");
      assertThat(ds.migration().active()).isFalse();
    }
    assertThat(instances().get(0).stopped()).isTrue();
    assertThat(instances().get(0).stale()).isFalse();
  }

  @Test
  void whoIsNotHeardOfIsStaleAndForgottenAfterAWeek() throws Exception {
    try (DualWriteDataSource ds = open()) {
      awaitEpoch(1);
      dbs.execute(
          dbs.source(),
          "INSERT INTO dualwrite.instances (instance, migration, state, seen_at) VALUES"
              + " ('killed', 'test', 'mirroring', clock_timestamp() - interval '11 seconds'),"
              + " ('ancient', 'test', 'mirroring', clock_timestamp() - interval '8 days')");
      assertThat(instances().stream().filter(Instances.Instance::stale))
          .extracting(Instances.Instance::name)
          .containsExactly("killed", "ancient");
    }
    try (DualWriteDataSource ds = open()) {
      assertThat(instances())
          .extracting(Instances.Instance::name)
          .contains("killed")
          .doesNotContain("ancient");
    }
  }

  @Test
  void setByHandWithoutAnEpochItIsFollowedAsWell() throws Exception {
    try (DualWriteDataSource ds = open()) {
      dbs.execute(dbs.source(), "UPDATE dualwrite.control SET kill_switch = true");
      Awaitility.await().until(() -> !ds.migration().active());
      dbs.execute(dbs.source(), "UPDATE dualwrite.control SET kill_switch = false");
      Awaitility.await().until(() -> ds.migration().active());
    }
  }

  @Test
  void aPhaseWithAnotherPrimaryIsNotFollowedButStopsMirroring() throws Exception {
    try (LogCapture log = new LogCapture();
        DualWriteDataSource ds = open()) {
      dbs.execute(
          dbs.source(), "UPDATE dualwrite.control SET phase = 'TARGET_ONLY', epoch = epoch + 1");
      Awaitility.await().until(() -> !ds.migration().active());
      insert(ds, 1);
      assertThat(count("item")).isEqualTo("1");
      assertThat(count("dualwrite.journal")).isEqualTo("0");
      assertThat(log.of("phase.restart-needed")).hasSize(1);
    }
  }

  @Test
  @Guarantee("G2")
  void withoutTheTableWritesPassThroughAndTheGapBeginsWhenTheyDid() throws Exception {
    ControlConfig config = new ControlConfig(Duration.ofSeconds(3), WhenUnreachable.PASS_THROUGH);
    try (LogCapture log = new LogCapture();
        DualWriteDataSource ds = open(config)) {
      insert(ds, 1);
      dbs.awaitSameRows("SELECT * FROM item");
      dbs.execute(
          dbs.source(),
          "ALTER TABLE dualwrite.gaps RENAME TO gaps_away",
          "ALTER TABLE dualwrite.control RENAME TO control_away");
      Awaitility.await().until(() -> !ds.migration().active());
      assertThat(ds.migration().describe()).isEqualTo("control table unreachable");
      String began = dbs.queryValue(dbs.source(), "SELECT clock_timestamp()");
      insert(ds, 2);
      Awaitility.await().until(() -> log.of("gap.unrecorded").size() == 1);
      assertThat(count("dualwrite.journal")).isEqualTo("0");
      dbs.execute(dbs.source(), "SELECT pg_sleep(1)");
      dbs.execute(dbs.source(), "ALTER TABLE dualwrite.gaps_away RENAME TO gaps");
      Awaitility.await().until(() -> log.of("gap.recorded").size() == 1);
      assertThat(
              dbs.query(
                  dbs.source(),
                  "SELECT reason, bool_and(until IS NULL), bool_or(since <= '"
                      + began
                      + "') FROM dualwrite.gaps GROUP BY reason"))
          .containsExactly(List.of("control table unreachable", "t", "t"));
      dbs.execute(dbs.source(), "ALTER TABLE dualwrite.control_away RENAME TO control");
      Awaitility.await().until(() -> "0".equals(count("dualwrite.gaps WHERE until IS NULL")));
      insert(ds, 3);
      dbs.awaitSameRows("SELECT * FROM item WHERE id <> 2 ORDER BY id");
      assertThat(log.changes())
          .containsExactlyInAnyOrder(
              "migration.started",
              "control.unreachable",
              "gap.unrecorded",
              "mirroring.stopped",
              "gap.recorded",
              "control.reachable",
              "mirroring.resumed");
    }
  }

  @Test
  void withoutTheTableItMayKeepGoingAndSaysSo() throws Exception {
    ControlConfig config = new ControlConfig(Duration.ofSeconds(3), WhenUnreachable.KEEP_GOING);
    try (LogCapture log = new LogCapture();
        DualWriteDataSource ds = open(config)) {
      dbs.execute(dbs.source(), "ALTER TABLE dualwrite.control RENAME TO control_away");
      Awaitility.await().until(() -> log.of("control.unreachable").size() == 1);
      assertThat(log.of("control.unreachable").get(0).getFormattedMessage())
          .contains("KEEP_GOING", "42P01");
      insert(ds, 1);
      dbs.awaitSameRows("SELECT * FROM item");
      dbs.execute(dbs.source(), "ALTER TABLE dualwrite.control_away RENAME TO control");
      Awaitility.await().until(() -> log.of("control.reachable").size() == 1);
      assertThat(count("dualwrite.gaps")).isEqualTo("0");
    }
  }

  @Test
  @Guarantee("G2")
  void whoWasTakenForGoneRecordsItsGapOnceMore() throws Exception {
    try (DualWriteDataSource ds = open()) {
      awaitEpoch(set(Phase.SOURCE_ONLY));
      Awaitility.await().until(() -> !"0".equals(count("dualwrite.gaps")));
      // As a comparison does that finds both sides equal, after an instance has been frozen.
      dbs.execute(
          dbs.source(),
          "UPDATE dualwrite.instances SET seen_at = seen_at - interval '1 minute'",
          "UPDATE dualwrite.gaps SET reconciled_at = clock_timestamp()");
      Awaitility.await()
          .until(() -> !"0".equals(count("dualwrite.gaps WHERE reconciled_at IS NULL")));
    }
  }
}
