package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.Phase;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.Control;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** The source's journal is gone, with entries perhaps: a gap, whoever makes it anew, and when. */
@WithDatabases
class LostJournalTest {
  private static final String GAPS =
      "SELECT count(*) FROM dualwrite.gaps WHERE reason = 'journal lost' AND until IS NOT NULL AND reconciled_at IS NULL";

  private final TestDatabases dbs;
  private int number;

  LostJournalTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void table() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY)");
  }

  private DualWriteDataSource open(DataSource target) throws SQLException {
    return DualWriteDataSource.builder()
        .config(MigrationConfig.builder("test").build())
        .source(dbs.source())
        .target(target)
        .build();
  }

  /** From a start to an end, with a row that arrives. */
  private void runOnce() throws Exception {
    try (DualWriteDataSource ds = open(dbs.target());
        Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      s.executeUpdate("INSERT INTO item VALUES (" + ++number + ")");
      dbs.awaitSameRows("SELECT * FROM item ORDER BY id");
    }
  }

  private void runOnceWithoutTarget() throws Exception {
    PGSimpleDataSource down = new PGSimpleDataSource();
    down.setUrl("jdbc:postgresql://127.0.0.1:1/none");
    open(down).close();
  }

  private void initialise(DataSource side) throws SQLException {
    try (Connection connection = side.getConnection()) {
      ControlSchema.create(connection, "dualwrite", "side");
      new Control("dualwrite").register(connection, "test", Phase.SOURCE_PRIMARY);
    }
  }

  private void lose() throws SQLException {
    dbs.execute(dbs.source(), "DROP SCHEMA dualwrite CASCADE");
  }

  private String gaps() throws SQLException {
    return dbs.queryValue(dbs.source(), GAPS);
  }

  @Test
  @Guarantee("G2")
  void isAGapOnce() throws Exception {
    runOnce();
    runOnce();
    assertThat(gaps()).isEqualTo("0");
    lose();
    runOnce();
    assertThat(gaps()).isEqualTo("1");
    runOnce();
    assertThat(gaps()).isEqualTo("1");
  }

  @Test
  @Guarantee("G2")
  void isAGapThoughTheTargetIsSeenOnlyAfterARestart() throws Exception {
    runOnce();
    lose();
    runOnceWithoutTarget();
    runOnce();
    assertThat(gaps()).isEqualTo("1");
  }

  @Test
  @Guarantee("G2")
  void isAGapThoughTheReconcilerMadeItAnew() throws Exception {
    initialise(dbs.source());
    initialise(dbs.target());
    runOnce();
    assertThat(gaps()).as("the first").isEqualTo("0");
    lose();
    initialise(dbs.source());
    initialise(dbs.target());
    runOnce();
    assertThat(gaps()).isEqualTo("1");
  }

  @Test
  @Guarantee("G2")
  void isAGapThoughNoOtherTableIsGone() throws Exception {
    runOnce();
    dbs.execute(dbs.source(), "DROP TABLE dualwrite.journal");
    dbs.execute(dbs.source(), ControlSchema.ddl("dualwrite").toArray(new String[0]));
    runOnce();
    assertThat(gaps()).isEqualTo("1");
  }

  @Test
  @Guarantee("G2")
  void isAGapAsSoonAsThatCanBeRecorded() throws Exception {
    runOnce();
    lose();
    initialise(dbs.source());
    dbs.execute(dbs.source(), "ALTER TABLE dualwrite.gaps ADD CONSTRAINT no CHECK (false)");
    try (LogCapture log = new LogCapture();
        DualWriteDataSource ds = open(dbs.target())) {
      Awaitility.await().until(() -> ds.migration().delivery().lane("public.item").isPresent());
      assertThat(log.events())
          .anyMatch(e -> e.getFormattedMessage().contains("cannot be settled yet"));
      dbs.execute(dbs.source(), "ALTER TABLE dualwrite.gaps DROP CONSTRAINT no");
      Awaitility.await().until(() -> gaps().equals("1"));
    }
  }

  @Test
  @Guarantee("G2")
  void controlTablesOfAnEarlierVersionGetWhatItTakes() throws Exception {
    runOnce();
    dbs.executeOnBoth(
        "ALTER TABLE dualwrite.control DROP COLUMN journal_id, DROP COLUMN met_journal_id");
    runOnce();
    assertThat(gaps()).isEqualTo("0");
    lose();
    runOnceWithoutTarget();
    runOnce();
    assertThat(gaps()).isEqualTo("1");
  }

  @Test
  void controlTablesOfAnEarlierVersionThatMayNotBeChangedDo() throws Exception {
    runOnce();
    dbs.executeOnBoth(
        "ALTER TABLE dualwrite.control DROP COLUMN journal_id, DROP COLUMN met_journal_id");
    try (Connection holder = dbs.source().getConnection();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("LOCK TABLE dualwrite.control IN ACCESS SHARE MODE");
      runOnce();
      holder.rollback();
    }
    assertThat(gaps()).isEqualTo("0");
  }
}
