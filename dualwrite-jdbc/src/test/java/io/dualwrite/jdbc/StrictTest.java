package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.FailurePolicy;
import io.dualwrite.KillSwitch;
import io.dualwrite.ManualKillSwitch;
import io.dualwrite.SecondarySettings;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is copied at a STRICT commit, and when nothing is. */
@WithDatabases
class StrictTest {
  private final TestDatabases dbs;
  private final ManualKillSwitch killSwitch = KillSwitch.manual();

  StrictTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY, t text)");
  }

  private DualWriteDataSource open() throws SQLException {
    return open(Map.of());
  }

  private DualWriteDataSource open(Map<String, TableOverride> tables) throws SQLException {
    DualWriteDataSource ds =
        DualWriteDataSource.builder()
            .config(
                MigrationConfig.builder("test")
                    .failurePolicy(FailurePolicy.STRICT)
                    .tables(new TablesConfig(List.of("*.*"), List.of(), tables))
                    .secondary(SecondarySettings.defaults().withTimeout(Duration.ofSeconds(20)))
                    .build())
            .source(dbs.source())
            .target(dbs.target())
            .killSwitch(killSwitch)
            .build();
    Awaitility.await().until(() -> ds.migration().delivery().lane("public.item").isPresent());
    return ds;
  }

  private static void run(DualWriteDataSource ds, String sql) throws SQLException {
    try (Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      s.executeUpdate(sql);
    }
  }

  @Test
  @Guarantee("G1")
  void moreRowsThanOneStepHoldsAreAllCopied() throws Exception {
    try (DualWriteDataSource ds = open()) {
      run(ds, "INSERT INTO item SELECT i, repeat('x', 1000000) FROM generate_series(1, 20) i");
      dbs.assertSameRows("SELECT id, length(t) FROM item ORDER BY id");
    }
  }

  @Test
  @Guarantee("G1")
  void whatADeferredTriggerDoesIsCopied() throws Exception {
    dbs.execute(
        dbs.source(),
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE item SET t = 'late' WHERE id = NEW.id; RETURN NULL; END $$",
        "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f()");
    try (DualWriteDataSource ds = open()) {
      run(ds, "INSERT INTO item VALUES (1, 'early')");
      dbs.assertSameRows("SELECT * FROM item");
    }
  }

  @Test
  @Guarantee("G9")
  void aTransactionBegunBeforeTheKillSwitchWritesTheSourceAlone() throws Exception {
    try (DualWriteDataSource ds = open();
        Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      c.setAutoCommit(false);
      s.executeUpdate("INSERT INTO item VALUES (1, 'x')");
      killSwitch.engage();
      Awaitility.await().until(() -> !ds.migration().delivery().isRunning());
      c.commit();
      assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item")).isEqualTo("0");
      killSwitch.release();
      dbs.awaitSameRows("SELECT * FROM item");
    }
  }

  @Test
  void whatOnlyMemoryNamesFollowsAStrictCommit() throws Exception {
    dbs.executeOnBoth("CREATE TABLE note (id int PRIMARY KEY)");
    TableOverride bestEffort =
        TableOverride.builder().failurePolicy(FailurePolicy.BEST_EFFORT).build();
    try (DualWriteDataSource ds = open(Map.of("public.note", bestEffort));
        Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      c.setAutoCommit(false);
      s.executeUpdate("INSERT INTO note VALUES (1)");
      s.executeUpdate("INSERT INTO item VALUES (1, 'x')");
      c.commit();
      s.executeUpdate("INSERT INTO note VALUES (2)");
      s.executeUpdate("INSERT INTO item VALUES (2, 'x')");
      c.rollback();
      s.executeUpdate("INSERT INTO note VALUES (3)");
      s.executeUpdate("INSERT INTO item VALUES (3, 'x')");
      c.commit();
      dbs.assertSameRows("SELECT * FROM item ORDER BY id");
      dbs.awaitSameRows("SELECT * FROM note ORDER BY id");
      assertThat(dbs.queryValue(dbs.target(), "SELECT string_agg(id::text, ' ') FROM note"))
          .isEqualTo("1 3");
    }
  }
}
