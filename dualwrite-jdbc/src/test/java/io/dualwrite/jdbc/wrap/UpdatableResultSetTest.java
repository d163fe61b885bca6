package io.dualwrite.jdbc.wrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.FailurePolicy;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.util.PGobject;

/** Rows that are changed through result sets, with keys of every kind. */
@WithDatabases
@Guarantee({"G2", "G7"})
class UpdatableResultSetTest {
  private static final Map<String, String[]> KEYS = new LinkedHashMap<>();

  static {
    KEYS.put("int4", new String[] {"1", "-2"});
    KEYS.put("int8", new String[] {"1", "9223372036854775807"});
    KEYS.put("numeric", new String[] {"1.50", "-0.000001"});
    KEYS.put("bool", new String[] {"true", "false"});
    KEYS.put("text", new String[] {" a'b\\c é", "\"{,}\""});
    KEYS.put("varchar(20)", new String[] {"x ", ""});
    KEYS.put("char(5)", new String[] {"ab", "cd"});
    KEYS.put(
        "uuid",
        new String[] {
          "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "00000000-0000-0000-0000-000000000000"
        });
    KEYS.put("date", new String[] {"2024-02-03", "0044-03-15 BC"});
    KEYS.put("timestamp", new String[] {"2024-02-03 04:05:06.789012", "infinity"});
    KEYS.put("timestamptz", new String[] {"2024-02-03 04:05:06.789+05", "1900-01-01 00:00:00+00"});
    KEYS.put("time", new String[] {"04:05:06.7", "23:59:59"});
    KEYS.put("bytea", new String[] {"\\x00ff5c27", "\\x"});
    KEYS.put("inet", new String[] {"10.0.0.1/8", "::1"});
    KEYS.put("macaddr", new String[] {"08:00:2b:01:02:03", "00:00:00:00:00:00"});
    KEYS.put("bit(3)", new String[] {"101", "000"});
    KEYS.put("varbit", new String[] {"10101", "1"});
  }

  private final TestDatabases dbs;

  UpdatableResultSetTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  void everyTypeOfKeyIsJournaled() throws SQLException {
    List<String> tables = new ArrayList<>();
    for (String type : KEYS.keySet()) {
      tables.add("k" + tables.size());
      dbs.executeOnBoth(
          "CREATE TABLE "
              + tables.get(tables.size() - 1)
              + " (v text, k "
              + type
              + " PRIMARY KEY)");
    }
    PlannedMirroring migration = new PlannedMirroring(dbs, FailurePolicy.RECOVER);
    List<String[]> values = List.copyOf(KEYS.values());
    for (int i = 0; i < tables.size(); i++) {
      String table = tables.get(i);
      try (Connection wrapped = migration.connect();
          Connection bare = dbs.target().getConnection()) {
        for (String value : values.get(i)) {
          insert(wrapped, table, value);
          insert(bare, table, value);
        }
        TreeSet<String> expected = new TreeSet<>(migration.journal());
        forget();
        List<Object> seen = new ArrayList<>();
        change(bare, table, seen);
        List<Object> seenWrapped = new ArrayList<>();
        change(wrapped, table, seenWrapped);
        assertThat(seenWrapped).as(table).isEqualTo(seen);
        dbs.assertSameRows("SELECT * FROM " + table + " ORDER BY k");
        assertThat(new TreeSet<>(migration.journal())).as(table).isEqualTo(expected);
        forget();
      }
    }
    assertThat(migration.events).noneMatch(event -> event.startsWith("unmirrored"));
  }

  private void forget() throws SQLException {
    dbs.execute(dbs.source(), "DELETE FROM dualwrite.journal");
  }

  private static void insert(Connection connection, String table, String key) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(
          "INSERT INTO " + table + " VALUES ('v', '" + key.replace("'", "''") + "')");
    }
  }

  /** Two rows: each is deleted and inserted again, the first one changed before. */
  private static void change(Connection connection, String table, List<Object> seen)
      throws SQLException {
    try (Statement statement =
            connection.createStatement(
                ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
        ResultSet rows = statement.executeQuery("SELECT * FROM " + table + " ORDER BY k")) {
      seen.add(rows.next());
      rows.updateString("v", "changed");
      rows.updateRow();
      rows.refreshRow();
      seen.add(rows.getString(1));
      seen.add(rows.next());
      String text = rows.getString("k");
      PGobject key = new PGobject();
      key.setType(rows.getMetaData().getColumnTypeName(2));
      key.setValue(text);
      rows.deleteRow();
      rows.moveToInsertRow();
      rows.updateString("v", text);
      rows.updateObject("k", key);
      rows.insertRow();
      seen.add(rows.getString("k"));
      rows.moveToCurrentRow();
      seen.add(rows.getRow());
    }
  }

  @ParameterizedTest
  @EnumSource(FailurePolicy.class)
  void keysThatAreMadeOrChangedAreJournaled(FailurePolicy policy) throws SQLException {
    PlannedMirroring migration = new PlannedMirroring(dbs, policy);
    List<Object> seen = new ArrayList<>();
    List<Object> seenWrapped = new ArrayList<>();
    try (Connection bare = dbs.target().getConnection();
        Connection wrapped = migration.connect()) {
      keys(bare, seen);
      keys(wrapped, seenWrapped);
    }
    assertThat(seenWrapped).isEqualTo(seen);
    dbs.assertSameRows("SELECT id, code FROM orders ORDER BY id");
    dbs.assertSameRows("SELECT * FROM notes ORDER BY id");
    assertThat(migration.journal())
        .containsExactly("orders {1}", "orders {1}", "orders {70}", "notes {1}", "notes {5}");
  }

  private static void keys(Connection connection, List<Object> seen) throws SQLException {
    try (Statement statement =
        connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE)) {
      try (ResultSet rows = statement.executeQuery("SELECT id, code FROM orders")) {
        rows.moveToInsertRow();
        rows.updateString(2, "made by the server");
        rows.insertRow();
        seen.add(rows.getLong(1));
        rows.first();
        rows.updateLong(1, 70);
        rows.updateRow();
        seen.add(rows.getLong(1));
        Seen.failing(seen, rows::insertRow);
        rows.afterLast();
        Seen.failing(seen, rows::deleteRow);
      }
      connection.setAutoCommit(false);
      try (ResultSet rows = statement.executeQuery("SELECT * FROM notes")) {
        rows.moveToInsertRow();
        rows.updateInt(1, 1);
        rows.insertRow();
        connection.commit();
        rows.moveToInsertRow();
        rows.updateInt(1, 2);
        rows.insertRow();
        connection.rollback();
        rows.moveToInsertRow();
        rows.updateInt(1, 1);
        Seen.failing(seen, rows::insertRow);
        connection.rollback();
        rows.moveToInsertRow();
        rows.updateInt(1, 5);
        rows.insertRow();
        connection.commit();
      }
      connection.setAutoCommit(true);
      try (ResultSet rows = statement.executeQuery("SELECT upper(note), id FROM notes")) {
        seen.add(rows.next());
        Seen.failing(seen, () -> rows.updateString(1, "x"));
        Seen.failing(seen, rows::updateRow);
      }
      try (Statement readOnly = connection.createStatement();
          ResultSet rows = readOnly.executeQuery("SELECT * FROM notes")) {
        seen.add(rows.next());
        Seen.failing(seen, rows::deleteRow);
      }
    }
  }

  @Test
  void keysThatTheColumnRoundsAreJournaledAsItHoldsThem() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE rounded (n numeric(5, 1) PRIMARY KEY, v int)");
    PlannedMirroring migration = new PlannedMirroring(dbs, FailurePolicy.RECOVER);
    try (Connection connection = migration.connect();
        Statement statement =
            connection.createStatement(
                ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE)) {
      statement.executeUpdate("INSERT INTO rounded VALUES (1, 1)");
      try (ResultSet rows = statement.executeQuery("SELECT * FROM rounded")) {
        rows.next();
        rows.updateBigDecimal(1, new BigDecimal("1.26"));
        rows.updateRow();
      }
    }
    assertThat(migration.journal())
        .containsExactly("rounded {1.0}", "rounded {1.0}", "rounded {1.3}");
  }

  @Test
  void whereTheKeyIsNotSelectedTheTableIsNamed() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE coded (id int PRIMARY KEY, code text NOT NULL UNIQUE)");
    PlannedMirroring migration = new PlannedMirroring(dbs, FailurePolicy.STRICT);
    try (Connection connection = migration.connect();
        Statement statement =
            connection.createStatement(
                ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE)) {
      statement.executeUpdate("INSERT INTO coded VALUES (1, 'one')");
      try (ResultSet rows = statement.executeQuery("SELECT code FROM coded")) {
        rows.next();
        rows.updateString(1, "two");
        rows.updateRow();
      }
    }
    assertThat(migration.journal()).containsExactly("coded {1}", "coded all");
    assertThat(migration.events).containsExactly("STRICT coded[]", "STRICT coded[]");
  }

  @Test
  void whereTheKeyCannotBeReadTheTableIsNamed() throws SQLException {
    PlannedMirroring migration = new PlannedMirroring(dbs, FailurePolicy.RECOVER);
    dbs.execute(dbs.source(), "INSERT INTO notes VALUES (1, 'one')");
    try (DualConnection connection = (DualConnection) migration.connect();
        Statement statement =
            connection
                .raw()
                .createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
        ResultSet rows = statement.executeQuery("SELECT * FROM notes")) {
      ResultSet unreadable =
          (ResultSet)
              Proxy.newProxyInstance(
                  ResultSet.class.getClassLoader(),
                  new Class<?>[] {ResultSet.class},
                  (proxy, method, arguments) -> {
                    if (method.getName().equals("getString")) {
                      throw new SQLException("cannot be read");
                    }
                    return method.invoke(rows, arguments);
                  });
      rows.next();
      rows.updateString(2, "two");
      ChangedRows.of(connection, unreadable).change(true, true, ResultSet::updateRow);
    }
    assertThat(migration.journal()).containsExactly("notes all");
  }
}
