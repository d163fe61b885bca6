package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables that change, behind the wrapper's back, while the application writes to them. */
@WithDatabases
class ChangedTableTest {
  private final TestDatabases dbs;

  ChangedTableTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @ParameterizedTest
  @EnumSource(names = {"RECOVER", "STRICT"})
  @Guarantee("G1")
  void theFirstValuesOfANewColumnArrive(FailurePolicy policy) throws Exception {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY)");
    try (DualWriteDataSource ds =
            DualWriteDataSource.builder()
                .config(PatientConfig.builder().failurePolicy(policy).build())
                .source(dbs.source())
                .target(dbs.target())
                .build();
        Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      Awaitility.await().until(() -> ds.migration().delivery().lane("public.item").isPresent());
      dbs.executeOnBoth("ALTER TABLE item ADD COLUMN n int");
      Awaitility.await()
          .ignoreExceptionsMatching(e -> policy == FailurePolicy.STRICT)
          .until(() -> s.executeUpdate("INSERT INTO item VALUES (1, 5)") == 1);
      dbs.awaitSameRows("SELECT * FROM item");
      Awaitility.await()
          .until(
              () ->
                  "0"
                      .equals(
                          dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.journal")));
      dbs.assertSameRows("SELECT * FROM item");
    }
  }

  @Test
  @Guarantee("G7")
  void anAsteriskStandsForFewerColumnsAfterOneIsDropped() throws Exception {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY, n int, gone int)");
    try (DualWriteDataSource ds =
            DualWriteDataSource.builder()
                .config(MigrationConfig.builder("test").build())
                .source(dbs.source())
                .target(dbs.target())
                .build();
        Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      String insert = "INSERT INTO item (id, n) SELECT count(*), 1 FROM item RETURNING *";
      s.executeQuery(insert);
      dbs.awaitSameRows("SELECT * FROM item");
      dbs.executeOnBoth("ALTER TABLE item DROP COLUMN gone");
      assertThat(s.executeQuery(insert).getMetaData().getColumnCount()).isEqualTo(2);
      dbs.awaitSameRows("SELECT * FROM item ORDER BY id");
    }
  }

  @Test
  @Guarantee("G7")
  void aStatementThatDoesNotNameTheRenamedKeyRunsAsOnTheBarePrimary() throws Exception {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY, n int)");
    try (DualWriteDataSource ds =
            DualWriteDataSource.builder()
                .config(MigrationConfig.builder("test").build())
                .source(dbs.source())
                .target(dbs.target())
                .build();
        Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      s.executeUpdate("INSERT INTO item VALUES (1, 1)");
      dbs.awaitSameRows("SELECT * FROM item");
      assertThat(s.executeUpdate("UPDATE item SET n = n + 1")).isEqualTo(1);
      dbs.awaitSameRows("SELECT * FROM item");
      dbs.executeOnBoth("ALTER TABLE item RENAME COLUMN id TO number");
      assertThat(s.executeUpdate("UPDATE item SET n = n + 1")).isEqualTo(1);
      dbs.awaitSameRows("SELECT * FROM item");
      assertThatThrownBy(() -> s.executeUpdate("UPDATE item SET n = 0 WHERE id = 1"))
          .isInstanceOf(SQLException.class)
          .hasFieldOrPropertyWithValue("SQLState", "42703");
    }
  }
}
