package io.dualwrite.jdbc.wrap;

import static io.dualwrite.jdbc.wrap.Seen.failing;
import static io.dualwrite.jdbc.wrap.Seen.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.DualWriteDataSource;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.UnmirroredPolicy;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions write by whatever role, and the journal with them. */
@WithDatabases
class RolesTest {
  private static final String UPDATE = "UPDATE item SET n = n + 1 WHERE id = 1";

  private final TestDatabases dbs;
  private SessionParity parity;
  private String writer;
  private String reader;

  RolesTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void roles() throws SQLException {
    parity = new SessionParity(dbs);
    writer = "writer_" + dbs.database();
    reader = "reader_" + dbs.database();
    for (String role : new String[] {writer, reader}) {
      dbs.executeOnBoth(
          "DO $$ BEGIN CREATE ROLE " + role + "; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
          "GRANT SELECT ON item TO " + role);
    }
    dbs.executeOnBoth("GRANT INSERT, UPDATE, DELETE, TRUNCATE ON item TO " + writer);
  }

  @AfterEach
  void noRoles() throws SQLException {
    for (String role : new String[] {writer, reader}) {
      dbs.executeOnBoth("DROP OWNED BY " + role);
      dbs.executeOnBoth("DROP ROLE IF EXISTS " + role);
    }
  }

  @Test
  @Guarantee("G7")
  void rolesMayWhatTheyMay() throws Exception {
    parity.compareOne(
        (c, s, seen) -> {
          seen.add(s.executeUpdate(UPDATE));
          s.execute("SET ROLE " + writer);
          seen.add(s.executeUpdate(UPDATE));
          seen.add(s.executeUpdate("INSERT INTO item VALUES (10, 'by the writer')"));
          failing(seen, () -> s.executeUpdate("UPDATE app.item SET n = 1"));
          failing(seen, () -> s.executeUpdate("DELETE FROM part"));
          s.execute("SET ROLE " + reader);
          failing(seen, () -> s.executeUpdate(UPDATE));
          rows(s.executeQuery("SELECT n FROM item WHERE id = 1"), seen);
          s.execute("RESET ROLE");
          seen.add(s.executeUpdate(UPDATE));
          s.execute("SET SESSION AUTHORIZATION " + writer);
          seen.add(s.executeUpdate(UPDATE));
          s.execute("SET SESSION AUTHORIZATION " + reader);
          failing(seen, () -> s.executeUpdate(UPDATE));
          s.execute("RESET SESSION AUTHORIZATION");
          c.setAutoCommit(false);
          s.execute("SET LOCAL ROLE " + reader);
          failing(seen, () -> s.executeUpdate(UPDATE));
          c.rollback();
          seen.add(s.executeUpdate(UPDATE));
          s.execute("SET ROLE " + reader);
          c.rollback();
          seen.add(s.executeUpdate(UPDATE));
          c.commit();
        });
  }

  @Test
  @Guarantee("G8")
  void aRoleThatMayNotWriteTheJournalIsToldWhatToGrant() throws Exception {
    MigrationConfig config =
        MigrationConfig.builder("test").unmirrored(UnmirroredPolicy.FAIL).build();
    dbs.executeOnBoth("INSERT INTO item VALUES (1)");
    try (DualWriteDataSource ds =
            DualWriteDataSource.builder()
                .config(config)
                .source(dbs.source())
                .target(dbs.target())
                .build();
        Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      s.execute("REVOKE INSERT ON dualwrite.journal FROM PUBLIC");
      s.execute("SET ROLE " + writer);
      assertThatThrownBy(() -> s.executeUpdate(UPDATE))
          .isInstanceOf(SQLFeatureNotSupportedException.class)
          .hasMessageContaining("The role \"" + writer + "\" may not write the journal")
          .hasMessageContaining("GRANT INSERT ON \"dualwrite\".journal TO \"" + writer + "\"");
      s.execute("RESET ROLE");
      s.execute("GRANT INSERT ON dualwrite.journal TO " + writer);
      s.execute("SET ROLE " + writer);
      assertThat(s.executeUpdate(UPDATE)).isEqualTo(1);
      assertThat(ds.migration().describe()).isEqualTo("mirroring");
      dbs.awaitSameRows("SELECT * FROM item");
    }
  }
}
