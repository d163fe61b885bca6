package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.Phase;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which side answers a read. */
@WithDatabases
class ReadsByPhaseTest {
  private final TestDatabases dbs;

  ReadsByPhaseTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY, side text)");
    dbs.execute(dbs.source(), "INSERT INTO item VALUES (1, 'source')");
    dbs.execute(dbs.target(), "INSERT INTO item VALUES (1, 'target')");
  }

  private DualWriteDataSource open(Phase phase) throws SQLException {
    return DualWriteDataSource.builder()
        .config(MigrationConfig.builder("test").phase(phase).build())
        .source(dbs.source())
        .target(dbs.target())
        .build();
  }

  @ParameterizedTest
  @CsvSource({"SOURCE_ONLY, source", "SOURCE_PRIMARY, source", "TARGET_ONLY, target"})
  void thePrimaryAnswers(Phase phase, String side) throws Exception {
    try (DualWriteDataSource ds = open(phase);
        Connection c = ds.getConnection()) {
      assertThat(side(c, 1)).isEqualTo(side);
      c.setAutoCommit(false);
      assertThat(side(c, 1)).isEqualTo(side);
      c.rollback();
      c.setReadOnly(true);
      assertThat(side(c, 1)).isEqualTo(side);
      c.rollback();
    }
  }

  @ParameterizedTest
  @CsvSource({"SOURCE_PRIMARY, source", "TARGET_ONLY, target"})
  void aTransactionThatWroteReadsWhereItWrote(Phase phase, String side) throws Exception {
    try (DualWriteDataSource ds = open(phase);
        Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      c.setAutoCommit(false);
      s.executeUpdate("INSERT INTO item VALUES (2, 'own')");
      assertThat(side(c, 2)).isEqualTo("own");
      assertThat(side(c, 1)).isEqualTo(side);
      c.rollback();
      try (ResultSet row = s.executeQuery("SELECT count(*) FROM item")) {
        row.next();
        assertThat(row.getInt(1)).isEqualTo(1);
      }
      c.rollback();
    }
  }

  @Test
  void theTargetAsPrimaryIsRefusedAtStart() {
    assertThatThrownBy(() -> open(Phase.TARGET_PRIMARY).close())
        .hasMessageContaining("TARGET_PRIMARY is not supported");
  }

  private static String side(Connection c, int id) throws SQLException {
    try (Statement s = c.createStatement();
        ResultSet row = s.executeQuery("SELECT side FROM item WHERE id = " + id)) {
      assertThat(row.next()).isTrue();
      return row.getString(1);
    }
  }
}
