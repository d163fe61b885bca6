package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.UnmirroredPolicy;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.sql.Types;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Every form that writes and cannot be mirrored is counted, and refused where that is asked for.
 */
@WithDatabases
@Guarantee("G8")
class UnmirroredFormsTest {
  private static final String[] TABLES = {
    "CREATE TABLE item (id int PRIMARY KEY, name text)",
    "CREATE VIEW item_view AS SELECT * FROM item",
    "CREATE TABLE files (id int PRIMARY KEY, content oid)",
    "INSERT INTO item VALUES (1, 'one')",
    "CREATE FUNCTION add_item(int) RETURNS int LANGUAGE sql AS 'INSERT INTO item VALUES ($1, ''f'') RETURNING id'",
    "CREATE FUNCTION grown(item) RETURNS int LANGUAGE sql AS 'INSERT INTO item VALUES ($1.id + 100, ''g'') RETURNING id'",
    "CREATE PROCEDURE add_item_too(int) LANGUAGE sql AS 'INSERT INTO item VALUES ($1, ''p'')'",
    "CREATE FUNCTION peek(int) RETURNS text STABLE LANGUAGE sql AS 'SELECT name FROM item WHERE id = $1'"
  };

  private interface Form {
    void run(Connection connection) throws SQLException;
  }

  private record Told(String reason, Form form) {}

  private static final Map<String, Told> FORMS = new LinkedHashMap<>();

  private static void text(String reason, String sql) {
    FORMS.put(
        sql,
        new Told(
            reason,
            connection -> {
              try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
              }
            }));
  }

  static {
    text("do", "DO $$ BEGIN INSERT INTO item VALUES (10, 'x'); END $$");
    text("call", "CALL add_item_too(11)");
    text("function", "SELECT add_item(12)");
    text("function", "SELECT i.grown FROM item i WHERE id = 1");
    text("explain", "EXPLAIN (ANALYZE, COSTS off) INSERT INTO item VALUES (13, 'x')");
    text("prepare", "PREPARE p AS INSERT INTO item VALUES (14, 'x')");
    text("prepare", "EXECUTE p");
    text("view", "INSERT INTO item_view VALUES (15, 'x')");
    text("create-as", "CREATE TABLE copied AS SELECT * FROM item");
    text("create-as", "SELECT * INTO copied_too FROM item");
    text("large-object", "SELECT lo_create(4711)");
    text("ddl", "ALTER TABLE item ADD extra int");
    text("multiple", "SET search_path = public; INSERT INTO item VALUES (16, 'x')");
    FORMS.put(
        "{call}",
        new Told(
            "function",
            connection -> {
              try (CallableStatement call = connection.prepareCall("{? = call add_item(?)}")) {
                call.registerOutParameter(1, Types.INTEGER);
                call.setInt(2, 17);
                call.execute();
              }
            }));
    FORMS.put(
        "setBlob",
        new Told(
            "large-object",
            connection -> {
              connection.setAutoCommit(false);
              try (PreparedStatement insert =
                  connection.prepareStatement("INSERT INTO files VALUES (1, ?)")) {
                insert.setBlob(1, new ByteArrayInputStream(new byte[] {1}));
                insert.executeUpdate();
              } finally {
                connection.rollback();
                connection.setAutoCommit(true);
              }
            }));
    FORMS.put(
        "a backslash without standard strings",
        new Told(
            "strings",
            connection -> {
              try (Statement statement = connection.createStatement()) {
                statement.execute("SET standard_conforming_strings = off");
                statement.execute("SET escape_string_warning = off");
                statement.execute("UPDATE item SET name = '\\'; DELETE FROM item; --'");
              } finally {
                try (Statement statement = connection.createStatement()) {
                  statement.execute("SET standard_conforming_strings = on");
                }
              }
            }));
  }

  private static DualWriteDataSource open(
      TestDatabases dbs, UnmirroredPolicy policy, SimpleMeterRegistry meters) throws SQLException {
    return DualWriteDataSource.builder()
        .config(MigrationConfig.builder("test").unmirrored(policy).build())
        .source(dbs.source())
        .target(dbs.target())
        .meterRegistry(meters)
        .build();
  }

  @Test
  void eachIsRefusedUnderFail(TestDatabases dbs) throws Exception {
    dbs.executeOnBoth(TABLES);
    try (DualWriteDataSource ds = open(dbs, UnmirroredPolicy.FAIL, new SimpleMeterRegistry());
        Connection connection = ds.getConnection()) {
      for (Map.Entry<String, Told> form : FORMS.entrySet()) {
        assertThatThrownBy(() -> form.getValue().form().run(connection))
            .as(form.getKey())
            .isInstanceOf(SQLFeatureNotSupportedException.class);
      }
    }
    dbs.assertSameRows("SELECT * FROM item");
    assertThat(dbs.queryValue(dbs.source(), "SELECT string_agg(name, ' ') FROM item"))
        .isEqualTo("one");
  }

  @Test
  void eachIsCountedUnderWarn(TestDatabases dbs) throws Exception {
    dbs.executeOnBoth(TABLES);
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (DualWriteDataSource ds = open(dbs, UnmirroredPolicy.WARN, meters);
        Connection connection = ds.getConnection()) {
      for (Map.Entry<String, Told> form : FORMS.entrySet()) {
        String reason = form.getValue().reason();
        double before = counted(meters, reason);
        form.getValue().form().run(connection);
        assertThat(counted(meters, reason)).as(form.getKey()).isEqualTo(before + 1);
      }
    }
  }

  @Test
  void whatOnlyReadsIsNot(TestDatabases dbs) throws Exception {
    dbs.executeOnBoth(TABLES);
    try (DualWriteDataSource ds = open(dbs, UnmirroredPolicy.FAIL, new SimpleMeterRegistry());
        Connection connection = ds.getConnection();
        Statement statement = connection.createStatement();
        CallableStatement call = connection.prepareCall("{? = call peek(?)}")) {
      statement.execute(
          "SELECT random(), clock_timestamp(), now(), gen_random_uuid(), peek(1), pg_sleep(0)");
      statement.execute("CREATE SEQUENCE s");
      statement.execute("SELECT nextval('s'), setval('s', 7)");
      call.registerOutParameter(1, Types.VARCHAR);
      call.setInt(2, 1);
      call.execute();
      assertThat(call.getString(1)).isEqualTo("one");
      statement.execute("BEGIN; LOCK TABLE item IN SHARE MODE; COMMIT");
      statement.execute("CREATE MATERIALIZED VIEW names AS SELECT name FROM item");
      statement.execute("REFRESH MATERIALIZED VIEW names");
      statement.execute("EXPLAIN DELETE FROM item");
      statement.execute("CREATE TEMP TABLE scratch AS SELECT * FROM item");
      statement.execute("SET standard_conforming_strings = off");
      assertThat(statement.executeUpdate("INSERT INTO item VALUES (2, 'plain')")).isEqualTo(1);
      dbs.awaitSameRows("SELECT * FROM item ORDER BY id");
    }
  }

  private static double counted(SimpleMeterRegistry meters, String reason) {
    return meters.find("dualwrite.unmirrored").tag("reason", reason).counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }
}
