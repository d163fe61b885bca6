package io.dualwrite.jdbc.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Control tables that an earlier version has made. */
@WithDatabases
class ControlSchemaTest {
  private final TestDatabases dbs;

  ControlSchemaTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  private void ofAnEarlierVersion(Connection source) throws SQLException {
    assertThat(ControlSchema.create(source, "dualwrite", "source")).isTrue();
    dbs.execute(
        dbs.source(),
        "ALTER TABLE dualwrite.journal DROP COLUMN key_id",
        "ALTER TABLE dualwrite.set_aside DROP COLUMN key_id, DROP COLUMN named",
        "ALTER TABLE dualwrite.instances DROP COLUMN phase, DROP COLUMN epoch, DROP COLUMN kill_switch_by, DROP COLUMN capture,"
            + " DROP COLUMN policy, DROP COLUMN version, DROP COLUMN host, DROP COLUMN pid",
        "INSERT INTO dualwrite.instances (instance, migration, state) VALUES ('app', 'test', 'mirroring')",
        "INSERT INTO dualwrite.journal (table_name, key) VALUES ('public.t', '{1}')",
        "INSERT INTO dualwrite.set_aside (table_name, key, reason, tries, at) VALUES"
            + " ('public.t', '{1}', 'later', 1, '2001-01-15'), ('public.t', '{1}', 'first', 1, '2001-01-14'),"
            + " ('public.t', NULL, 'whole', 1, '2001-01-14'), ('public.t', NULL, 'again', 1, '2001-01-15'),"
            + " ('public.t', '{2}', 'other', 1, '2001-01-14')");
  }

  @Test
  void getWhatTheyLackOnce() throws Exception {
    try (Connection source = dbs.source().getConnection()) {
      ofAnEarlierVersion(source);
      assertThat(ControlSchema.create(source, "dualwrite", "source"))
          .as("no table was missing")
          .isFalse();
      assertThat(dbs.query(dbs.source(), "SELECT key, key_id FROM dualwrite.journal"))
          .containsExactly(Arrays.asList("{1}", null));
      assertThat(
              dbs.query(dbs.source(), "SELECT reason FROM dualwrite.set_aside ORDER BY reason")
                  .toString())
          .isEqualTo("[[first], [other], [whole]]");
      assertThat(ControlSchema.create(source, "dualwrite", "source")).isFalse();
    }
  }

  @Test
  void tellOfInstancesWhatTheyCan() throws Exception {
    try (Connection source = dbs.source().getConnection()) {
      ofAnEarlierVersion(source);
      Instances instances = new Instances("dualwrite");
      Instances.Instance before = instances.list(source, "test").get(0);
      assertThat(before.state()).isEqualTo("mirroring");
      assertThat(before.epoch()).isEmpty();
      assertThat(before.follows(1)).isFalse();
      ControlSchema.create(source, "dualwrite", "source");
      assertThat(instances.list(source, "test").get(0).phase()).isEmpty();
    }
  }

  @Test
  void theirDdlMayRunAgain() throws Exception {
    try (Connection source = dbs.source().getConnection();
        Statement statement = source.createStatement()) {
      ofAnEarlierVersion(source);
      for (int i = 0; i < 2; i++) {
        for (String sql : ControlSchema.ddl("dualwrite")) {
          statement.execute(sql);
        }
      }
      assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.set_aside"))
          .isEqualTo("3");
    }
  }

  @Test
  void whoMayNotAlterThemIsTold() throws Exception {
    try (Connection source = dbs.source().getConnection();
        Statement statement = source.createStatement()) {
      ofAnEarlierVersion(source);
      String role = "stranger_" + source.getCatalog();
      statement.execute("CREATE ROLE \"" + role + "\"");
      statement.execute("SET ROLE \"" + role + "\"");
      try {
        assertThatThrownBy(() -> ControlSchema.create(source, "dualwrite", "source"))
            .isInstanceOf(MissingPrivilegeException.class)
            .hasMessageContaining("made by an earlier version")
            .hasMessageContaining("reconciler init");
      } finally {
        statement.execute("RESET ROLE");
        statement.execute("DROP ROLE \"" + role + "\"");
      }
    }
  }
}
