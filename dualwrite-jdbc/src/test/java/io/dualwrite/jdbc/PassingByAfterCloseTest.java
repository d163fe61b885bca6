package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.KillSwitch;
import io.dualwrite.ManualKillSwitch;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections of the application's pool that write on when dualwrite was closed. */
@WithDatabases
class PassingByAfterCloseTest {
  private static final String STOPPED = "SELECT stopped_at IS NOT NULL FROM dualwrite.instances";
  private static final String OPEN = "SELECT count(*) FROM dualwrite.gaps WHERE until IS NULL";

  private final TestDatabases dbs;
  private final ManualKillSwitch killSwitch = KillSwitch.manual();

  PassingByAfterCloseTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void table() throws SQLException {
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

  private String value(String query) throws SQLException {
    return dbs.queryValue(dbs.source(), query);
  }

  private void engage() {
    killSwitch.engage();
    Awaitility.await().until(() -> value(OPEN).equals("1"));
  }

  @Test
  @Guarantee("G2")
  void areInAGapUntilTheirTransactionHasEnded() throws Exception {
    DualWriteDataSource ds = open();
    try (Connection connection = ds.getConnection();
        Statement statement = connection.createStatement()) {
      engage();
      connection.setAutoCommit(false);
      statement.executeUpdate("INSERT INTO item VALUES (1)");
      killSwitch.release();
      ds.close();
      ds.close();
      assertThat(value(STOPPED)).as("has stopped").isEqualTo("f");
      assertThat(value(OPEN)).isEqualTo("1");
      connection.commit();
      Awaitility.await().until(() -> value(STOPPED).equals("t"));
      assertThat(value(OPEN)).isEqualTo("0");
      statement.executeUpdate("INSERT INTO item VALUES (2)");
      connection.commit();
      assertThat(value("SELECT key FROM dualwrite.journal")).isEqualTo("{2}");
    }
  }

  @Test
  @Guarantee("G2")
  void areInAGapUntilTheKillSwitchIsReleased() throws Exception {
    DualWriteDataSource ds = open();
    try (Connection connection = ds.getConnection();
        Statement statement = connection.createStatement()) {
      engage();
      ds.close();
      statement.executeUpdate("INSERT INTO item VALUES (1)");
      assertThat(value(STOPPED)).as("has stopped").isEqualTo("f");
      assertThat(value("SELECT count(*) FROM dualwrite.journal")).isEqualTo("0");
      killSwitch.release();
      Awaitility.await().until(() -> value(STOPPED).equals("t"));
      assertThat(value(OPEN)).isEqualTo("0");
      statement.executeUpdate("INSERT INTO item VALUES (2)");
      assertThat(value("SELECT key FROM dualwrite.journal")).isEqualTo("{2}");
    }
  }

  @Test
  @Guarantee("G2")
  void areInAGapUntilTheyAreClosed() throws Exception {
    DualWriteDataSource ds = open();
    try (Connection connection = ds.getConnection();
        Statement statement = connection.createStatement()) {
      engage();
      ds.close();
      statement.executeUpdate("INSERT INTO item VALUES (1)");
      assertThat(value(STOPPED)).as("has stopped").isEqualTo("f");
    }
    Awaitility.await().until(() -> value(STOPPED).equals("t"));
    assertThat(value(OPEN)).as("over with its instance").isEqualTo("1");
  }
}
