package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.Delivery;
import io.dualwrite.FailurePolicy;
import io.dualwrite.KillSwitch;
import io.dualwrite.ManualKillSwitch;
import io.dualwrite.jdbc.config.ConfigurationException;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.jdbc.config.UnmirroredPolicy;
import io.dualwrite.jdbc.trigger.TriggerBed;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.StringReader;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** An application under {@code capture: TRIGGER}, and others beside it. */
@WithDatabases
class TriggerCaptureTest {
  private static final String GAPS = "SELECT reason, until IS NULL FROM dualwrite.gaps ORDER BY id";

  private final TestDatabases dbs;
  private final TriggerBed bed;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ManualKillSwitch killSwitch = KillSwitch.manual();

  TriggerCaptureTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.bed = new TriggerBed(dbs);
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth(
        "CREATE TABLE item (id int PRIMARY KEY, name text)",
        "CREATE TABLE part (id int PRIMARY KEY, item int REFERENCES item ON DELETE CASCADE)",
        "CREATE TABLE word (a text PRIMARY KEY, b int)",
        "CREATE TABLE log (id int PRIMARY KEY, what text)");
    bed.run(
        "CREATE FUNCTION add_item(int) RETURNS int LANGUAGE sql AS 'INSERT INTO item VALUES ($1, ''f'') RETURNING id'",
        "CREATE PROCEDURE add_part(int, int) LANGUAGE sql AS 'INSERT INTO part VALUES ($1, $2)'",
        "CREATE VIEW item_view AS SELECT * FROM item",
        "CREATE FUNCTION logged() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN INSERT INTO log VALUES (NEW.id, TG_OP) ON CONFLICT DO NOTHING; RETURN NULL; END'",
        "CREATE TRIGGER logged AFTER INSERT ON item FOR EACH ROW EXECUTE FUNCTION logged()");
    bed.install();
  }

  private DualWriteDataSource open(MigrationConfig config) throws SQLException {
    return DualWriteDataSource.builder()
        .config(config)
        .source(dbs.source())
        .target(dbs.target())
        .killSwitch(killSwitch)
        .meterRegistry(meters)
        .build();
  }

  private DualWriteDataSource open() throws SQLException {
    return open(bed.configuration());
  }

  private void assertSame() throws SQLException {
    dbs.awaitSameRows("SELECT * FROM item ORDER BY id");
    dbs.awaitSameRows("SELECT * FROM part ORDER BY id");
    dbs.awaitSameRows("SELECT * FROM log ORDER BY id");
  }

  private double unmirrored() {
    return meters.find("dualwrite.unmirrored").counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  @Test
  @Guarantee({"G1", "G8"})
  void everyFormArrivesAndNoneIsCounted() throws Exception {
    try (DualWriteDataSource ds =
            open(TriggerBed.config().unmirrored(UnmirroredPolicy.FAIL).build());
        Connection c = ds.getConnection();
        Statement s =
            c.createStatement(ResultSet.TYPE_SCROLL_SENSITIVE, ResultSet.CONCUR_UPDATABLE)) {
      s.executeUpdate("INSERT INTO item VALUES (1, 'a'), (2, 'b')");
      s.executeQuery("SELECT add_item(3)").close();
      s.execute("CALL add_part(10, 1)");
      s.execute("DO $$ BEGIN INSERT INTO item VALUES (4, 'do'); END $$");
      s.execute("INSERT INTO item_view VALUES (5, 'view')");
      s.execute("EXPLAIN (ANALYZE, COSTS off) INSERT INTO item VALUES (6, 'x')");
      s.execute("PREPARE p AS INSERT INTO item VALUES (7, 'p')");
      s.execute("EXECUTE p");
      s.execute("SET search_path = public; INSERT INTO item VALUES (8, 'several')");
      try (CallableStatement call = c.prepareCall("call add_part(?, 2)")) {
        call.setInt(1, 11);
        call.execute();
      }
      c.unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn("COPY item FROM STDIN", new StringReader("20\tcopy\n21\tcopy\n"));
      try (ResultSet rows = s.executeQuery("SELECT * FROM item WHERE id = 20")) {
        rows.next();
        rows.updateString("name", "updated");
        rows.updateRow();
      }
      c.setAutoCommit(false);
      try (PreparedStatement batch = c.prepareStatement("INSERT INTO item VALUES (?, 'batch')")) {
        for (int id = 100; id < 200; id++) {
          batch.setInt(1, id);
          batch.addBatch();
        }
        batch.executeBatch();
      }
      s.executeUpdate("DELETE FROM item WHERE id = 2");
      c.commit();
      c.setAutoCommit(true);
      s.addBatch("SELECT add_item(30)");
      s.executeBatch();
      assertSame();
      assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM log")).isEqualTo("111");
    }
    assertThat(unmirrored()).isZero();
  }

  @Test
  @Guarantee("G7")
  void statementsRunAsTheyWereWritten() throws Exception {
    bed.run(
        "CREATE TABLE asked (what text)",
        "CREATE FUNCTION ask() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO asked VALUES (current_query()); RETURN NULL; END'",
        "CREATE TRIGGER ask BEFORE INSERT ON item EXECUTE FUNCTION ask()");
    try (DualWriteDataSource ds = open();
        Connection c = ds.getConnection();
        PreparedStatement insert =
            c.prepareStatement("INSERT INTO item VALUES (?, ?)", new String[] {"id"})) {
      insert.setInt(1, 1);
      insert.setString(2, "x");
      insert.executeUpdate();
      try (ResultSet keys = insert.getGeneratedKeys()) {
        assertThat(keys.next()).isTrue();
        assertThat(keys.getInt(1)).isEqualTo(1);
      }
      assertThat(dbs.queryValue(dbs.source(), "SELECT what FROM asked"))
          .startsWith("INSERT INTO item VALUES ($1, $2)")
          .doesNotContain("dualwrite");
      insert.setInt(1, 1);
      assertThatThrownBy(insert::executeUpdate).hasMessageContaining("item_pkey");
      assertSame();
    }
  }

  @Test
  @Guarantee("G1")
  void whatOthersWriteArrivesToo() throws Exception {
    try (DualWriteDataSource ds = open()) {
      assertThat(ds.migration().active()).isTrue();
      bed.run("INSERT INTO item VALUES (1, 'psql')", "UPDATE item SET id = 9", "DELETE FROM log");
      bed.run("INSERT INTO word SELECT 'w' || i, i FROM generate_series(1, 5000) i");
      bed.run("INSERT INTO item SELECT i, 'many' FROM generate_series(100, 5000) i");
      assertSame();
      dbs.awaitSameRows("SELECT * FROM word");
      bed.run("DELETE FROM word WHERE b > 100", "UPDATE item SET name = 'more' WHERE id > 200");
      assertSame();
      dbs.awaitSameRows("SELECT * FROM word");
    }
  }

  @Test
  void itDoesNotStartWithoutTriggersOrUnderOtherPolicies() throws Exception {
    assertThatThrownBy(
            () ->
                open(
                    TriggerBed.config()
                        .failurePolicy(FailurePolicy.STRICT)
                        .tables(
                            new TablesConfig(
                                List.of("*.*"),
                                List.of(),
                                Map.of(
                                    "public.item",
                                    TableOverride.builder()
                                        .failurePolicy(FailurePolicy.BEST_EFFORT)
                                        .build())))
                        .build()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("failure-policy must be RECOVER with capture: TRIGGER, was STRICT")
        .hasMessageContaining(
            "tables.overrides.public.item.failure-policy must be RECOVER with capture: TRIGGER, was BEST_EFFORT");
    dbs.execute(dbs.source(), "DROP SCHEMA dualwrite CASCADE");
    assertThatThrownBy(this::open)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Run `reconciler init` first");
  }

  @Test
  @Guarantee({"G2", "G8"})
  void aTableWithoutItsTriggersIsToldAndItsTimeIsAGap() throws Exception {
    try (DualWriteDataSource ds =
            open(TriggerBed.config().unmirrored(UnmirroredPolicy.FAIL).build());
        Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      s.executeUpdate("INSERT INTO item VALUES (1, 'a')");
      bed.run("ALTER TABLE item DISABLE TRIGGER dualwrite_update");
      Awaitility.await()
          .until(
              () ->
                  dbs.query(dbs.source(), GAPS)
                      .equals(List.of(List.of("no triggers on public.item", "t"))));
      assertThatThrownBy(() -> s.executeUpdate("UPDATE item SET name = 'b'"))
          .isInstanceOf(SQLFeatureNotSupportedException.class)
          .hasMessageContaining("dualwrite_update is disabled");
      s.executeUpdate("INSERT INTO part VALUES (1, 1)");
      bed.install();
      Awaitility.await()
          .until(
              () ->
                  dbs.query(dbs.source(), GAPS)
                      .equals(List.of(List.of("no triggers on public.item", "f"))));
      Awaitility.await()
          .ignoreExceptions()
          .until(() -> s.executeUpdate("UPDATE item SET name = 'c'") == 1);
      assertSame();
    }
  }

  @Test
  @Guarantee("G8")
  void aTableThatIsNewIsToldUntilItHasTriggers() throws Exception {
    try (DualWriteDataSource ds =
            open(TriggerBed.config().unmirrored(UnmirroredPolicy.FAIL).build());
        Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      dbs.execute(dbs.target(), "CREATE TABLE fresh (id int PRIMARY KEY)");
      s.execute("CREATE TABLE fresh (id int PRIMARY KEY)");
      assertThatThrownBy(() -> s.executeUpdate("INSERT INTO fresh VALUES (1)"))
          .isInstanceOf(SQLFeatureNotSupportedException.class);
      bed.install();
      Awaitility.await()
          .ignoreExceptions()
          .until(() -> s.executeUpdate("INSERT INTO fresh VALUES (2)") == 1);
      dbs.awaitSameRows("SELECT * FROM fresh");
    }
  }

  @Test
  @Guarantee({"G2", "G9"})
  void theControlTablesKillSwitchStopsTriggersAndDelivery() throws Exception {
    try (DualWriteDataSource ds = open();
        Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      bed.killSwitch(true);
      Awaitility.await().until(() -> !ds.migration().active());
      s.executeUpdate("INSERT INTO item VALUES (1, 'a')");
      assertThat(bed.journal()).isEmpty();
      assertThat(dbs.query(dbs.source(), GAPS)).containsExactly(List.of("kill switch", "t"));
      bed.killSwitch(false);
      Awaitility.await()
          .until(() -> dbs.query(dbs.source(), GAPS).equals(List.of(List.of("kill switch", "f"))));
      Awaitility.await().until(() -> ds.migration().active());
      s.executeUpdate("INSERT INTO item VALUES (2, 'b')");
      Awaitility.await()
          .until(
              () -> dbs.query(dbs.target(), "SELECT id FROM item").equals(List.of(List.of("2"))));
    }
  }

  @Test
  @Guarantee("G2")
  void aSwitchOfThisInstanceStopsItsDeliveryAndNothingIsLost() throws Exception {
    try (DualWriteDataSource ds = open();
        Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      s.executeUpdate("INSERT INTO item VALUES (1, 'a')");
      assertSame();
      killSwitch.engage();
      Awaitility.await().until(() -> !ds.migration().active());
      s.executeUpdate("INSERT INTO item VALUES (2, 'b')");
      assertThat(bed.journal()).containsExactly("public.item {2}", "public.log {2}");
      assertThat(dbs.query(dbs.source(), GAPS)).isEmpty();
      killSwitch.release();
      assertSame();
    }
  }

  @Test
  void syncWaitsForWhatTriggersAndCascadesWroteToo() throws Exception {
    try (DualWriteDataSource ds = open(TriggerBed.config().delivery(Delivery.SYNC).build());
        Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      s.executeUpdate("INSERT INTO item VALUES (0, 'first')");
      assertSame();
      s.executeUpdate("INSERT INTO item VALUES (1, 'a')");
      s.execute("CALL add_part(5, 1)");
      dbs.assertSameRows("SELECT * FROM item");
      dbs.assertSameRows("SELECT * FROM log");
      dbs.assertSameRows("SELECT * FROM part");
      c.setAutoCommit(false);
      s.executeUpdate("DELETE FROM item WHERE id = 1");
      c.commit();
      dbs.assertSameRows("SELECT * FROM part");
    }
  }
}
