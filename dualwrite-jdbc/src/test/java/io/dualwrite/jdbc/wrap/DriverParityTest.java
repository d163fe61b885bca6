package io.dualwrite.jdbc.wrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.FailurePolicy;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.util.PGobject;

/**
 * Runs the same scenes on a bare connection and on a wrapped one and compares all that the
 * application can see.
 */
@WithDatabases
@Guarantee("G7")
class DriverParityTest {

  /** Part of an application; notes what it sees. */
  interface Scene {
    void play(Connection connection, List<Object> seen) throws Exception;
  }

  private static final Map<String, Scene> SCENES = new LinkedHashMap<>();

  static {
    SCENES.put("statements", DriverParityTest::statements);
    SCENES.put("prepared statements", DriverParityTest::prepared);
    SCENES.put("generated keys", DriverParityTest::generatedKeys);
    SCENES.put("RETURNING", DriverParityTest::returning);
    SCENES.put("batches", DriverParityTest::batches);
    SCENES.put("failures", DriverParityTest::failures);
    SCENES.put("transactions", DriverParityTest::transactions);
    SCENES.put("transactions in SQL", DriverParityTest::transactionsInSql);
    SCENES.put("values of every kind", DriverParityTest::values);
    SCENES.put("metadata", DriverParityTest::metadata);
    SCENES.put("updatable result sets", DriverParityTest::updatable);
    SCENES.put("fetch size", DriverParityTest::fetchSize);
  }

  @Test
  void inPassThrough(TestDatabases dbs) throws Exception {
    PlannedMirroring migration = new PlannedMirroring(dbs, FailurePolicy.RECOVER);
    migration.active = false;
    compare(dbs, migration, seen -> seen);
    assertThat(migration.journal()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(FailurePolicy.class)
  void mirrored(FailurePolicy policy, TestDatabases dbs) throws Exception {
    compare(dbs, new PlannedMirroring(dbs, policy), seen -> seen);
  }

  @ParameterizedTest
  @EnumSource(FailurePolicy.class)
  void whileMirroringIsSwitchedOnAndOff(FailurePolicy policy, TestDatabases dbs) throws Exception {
    PlannedMirroring migration = new PlannedMirroring(dbs, policy);
    compare(dbs, migration, seen -> new SwitchingList(seen, migration));
  }

  /** Each thing seen switches mirroring. */
  private static final class SwitchingList extends ArrayList<Object> {
    private static final long serialVersionUID = 1;
    private final transient List<Object> seen;
    private final transient PlannedMirroring migration;

    SwitchingList(List<Object> seen, PlannedMirroring migration) {
      this.seen = seen;
      this.migration = migration;
    }

    @Override
    public boolean add(Object what) {
      migration.active = !migration.active;
      return seen.add(what);
    }
  }

  private static void compare(
      TestDatabases dbs, PlannedMirroring migration, UnaryOperator<List<Object>> wrapper)
      throws Exception {
    for (Map.Entry<String, Scene> scene : SCENES.entrySet()) {
      List<Object> bare = new ArrayList<>();
      List<Object> wrapped = new ArrayList<>();
      try (Connection connection = dbs.target().getConnection()) {
        scene.getValue().play(connection, bare);
      }
      try (Connection connection = migration.connect()) {
        scene.getValue().play(connection, wrapper.apply(wrapped));
      }
      assertThat(wrapped).as(scene.getKey()).isEqualTo(bare).isNotEmpty();
      dbs.assertSameRows("SELECT id, code, qty, body, doc, tags FROM orders");
      dbs.assertSameRows("SELECT * FROM notes");
      dbs.executeOnBoth("TRUNCATE orders, notes RESTART IDENTITY");
    }
  }

  private static void statements(Connection connection, List<Object> seen) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      seen.add(statement.executeUpdate("INSERT INTO orders (code, qty) VALUES ('a', 1), ('b', 2)"));
      seen.add(statement.getUpdateCount());
      seen.add(statement.execute("UPDATE orders SET qty = qty + 1 WHERE qty > 1"));
      results(statement, seen);
      seen.add(statement.executeLargeUpdate("DELETE FROM orders WHERE code = 'nobody'"));
      seen.add(statement.execute("SELECT code FROM orders ORDER BY id"));
      results(statement, seen);
      rows(statement.executeQuery("/* hint */ SELECT count(*), sum(qty) FROM orders"), seen);
      seen.add(statement.executeUpdate("UPDATE orders SET id = id + 100"));
      seen.add(statement.executeUpdate("TRUNCATE notes"));
      seen.add(statement.executeUpdate("INSERT INTO other.plain VALUES ('x')"));
      seen.add(statement.executeUpdate("UPDATE orders SET qty = 0"));
      seen.add(statement.getWarnings());
    }
  }

  private static void prepared(Connection connection, List<Object> seen) throws SQLException {
    try (PreparedStatement insert =
            connection.prepareStatement("INSERT INTO orders (code, qty) VALUES (?, ?)");
        PreparedStatement select =
            connection.prepareStatement("SELECT id, qty FROM orders WHERE code = ?")) {
      for (int i = 0; i < 12; i++) {
        insert.setString(1, "c" + i);
        insert.setInt(2, i);
        seen.add(insert.executeUpdate());
        select.setString(1, "c" + i);
        rows(select.executeQuery(), seen);
      }
      insert.setString(1, "again");
      seen.add(insert.execute());
      seen.add(insert.getUpdateCount());
      insert.setString(1, "large");
      seen.add(insert.executeLargeUpdate());
      seen.add(insert.getMetaData() == null);
      seen.add(insert.getParameterMetaData().getParameterCount());
      seen.add(insert.getParameterMetaData().getParameterTypeName(2));
    }
  }

  private static void generatedKeys(Connection connection, List<Object> seen) throws SQLException {
    String insert = "INSERT INTO orders (code, qty) VALUES (?, 7)";
    try (PreparedStatement all =
            connection.prepareStatement(insert, Statement.RETURN_GENERATED_KEYS);
        PreparedStatement some = connection.prepareStatement(insert, new String[] {"id", "qty"});
        PreparedStatement none = connection.prepareStatement(insert, Statement.NO_GENERATED_KEYS)) {
      int n = 0;
      for (PreparedStatement statement : List.of(all, some, none, all, some, none)) {
        statement.setString(1, "k" + n++);
        seen.add(statement.executeUpdate());
        rows(statement.getGeneratedKeys(), seen);
      }
      for (PreparedStatement statement : List.of(all, some)) {
        statement.setString(1, "b" + n++);
        statement.addBatch();
        statement.setString(1, "b" + n++);
        statement.addBatch();
        seen.add(Arrays.toString(statement.executeBatch()));
        rows(statement.getGeneratedKeys(), seen);
      }
    }
    try (Statement statement = connection.createStatement()) {
      String sql = "UPDATE orders SET qty = qty + 1 WHERE code = 'k1'";
      seen.add(statement.executeUpdate(sql, Statement.RETURN_GENERATED_KEYS));
      rows(statement.getGeneratedKeys(), seen);
      seen.add(statement.execute(sql, new String[] {"qty"}));
      rows(statement.getGeneratedKeys(), seen);
      seen.add(statement.executeUpdate(sql));
      rows(statement.getGeneratedKeys(), seen);
    }
  }

  private static void returning(Connection connection, List<Object> seen) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO orders (code, qty) VALUES (?, ?) RETURNING id, qty * 2 AS \"Twice\", code")) {
      insert.setString(1, "r1");
      insert.setInt(2, 21);
      rows(insert.executeQuery(), seen);
      insert.setString(1, "r2");
      seen.add(insert.execute());
      results(insert, seen);
      seen.add(insert.getMetaData().getColumnLabel(2));
    }
    try (Statement statement = connection.createStatement()) {
      rows(statement.executeQuery("UPDATE orders SET qty = 0 RETURNING code"), seen);
      rows(statement.executeQuery("DELETE FROM orders RETURNING orders.id"), seen);
    }
  }

  private static void batches(Connection connection, List<Object> seen) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO notes VALUES (?, ?)")) {
      for (int i = 0; i < 20; i++) {
        insert.setInt(1, i);
        insert.setString(2, "n" + i);
        insert.addBatch();
      }
      seen.add(Arrays.toString(insert.executeBatch()));
      seen.add(Arrays.toString(insert.executeBatch()));
      insert.setInt(1, 50);
      insert.addBatch();
      insert.clearBatch();
      seen.add(Arrays.toString(insert.executeLargeBatch()));
    }
    try (Statement statement = connection.createStatement()) {
      statement.addBatch("UPDATE notes SET note = 'x' WHERE id < 5");
      statement.addBatch("INSERT INTO other.plain VALUES ('batched')");
      statement.addBatch("DELETE FROM notes WHERE id > 17");
      seen.add(Arrays.toString(statement.executeLargeBatch()));
    }
    connection.setAutoCommit(false);
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO notes VALUES (?, 'dup')")) {
      for (int i : new int[] {100, 101, 3, 102}) {
        insert.setInt(1, i);
        insert.addBatch();
      }
      try {
        insert.executeBatch();
      } catch (BatchUpdateException e) {
        seen.add(
            e.getSQLState()
                + Arrays.toString(e.getUpdateCounts())
                + e.getNextException().getSQLState());
      }
    }
    connection.rollback();
    connection.setAutoCommit(true);
  }

  private static void failures(Connection connection, List<Object> seen) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("INSERT INTO notes VALUES (1, 'one')");
      failing(seen, () -> statement.executeUpdate("INSERT INTO notes VALUES (1, 'two')"));
      failing(seen, () -> statement.executeUpdate("INSERT INTO nowhere VALUES (1)"));
      failing(seen, () -> statement.executeUpdate("SELEC 1"));
      failing(seen, () -> statement.executeUpdate("INSERT INTO notes (nothing) VALUES (1)"));
      failing(seen, () -> statement.executeQuery("INSERT INTO notes VALUES (2, 'no rows')"));
      failing(seen, () -> statement.executeUpdate("SELECT 1"));
      failing(
          seen, () -> statement.executeUpdate("INSERT INTO notes VALUES (3, 'x')", new int[] {1}));
      connection.setAutoCommit(false);
      failing(seen, () -> statement.executeUpdate("INSERT INTO notes VALUES (1, 'two')"));
      failing(seen, () -> statement.executeUpdate("INSERT INTO notes VALUES (9, 'x')"));
      try (PreparedStatement late = connection.prepareStatement("DELETE FROM notes WHERE id = 1")) {
        failing(seen, late::executeUpdate);
      }
      connection.rollback();
      connection.setAutoCommit(true);
      failing(seen, connection::commit);
      failing(seen, connection::rollback);
      try (PreparedStatement unset =
          connection.prepareStatement("INSERT INTO notes VALUES (?, ?)")) {
        unset.setInt(1, 4);
        failing(seen, unset::executeUpdate);
        failing(seen, () -> unset.setInt(3, 4));
        failing(seen, () -> unset.executeUpdate("INSERT INTO notes VALUES (5, 'x')"));
        unset.close();
        failing(seen, unset::executeUpdate);
      }
      statement.close();
      failing(seen, () -> statement.executeUpdate("INSERT INTO notes VALUES (6, 'x')"));
    }
  }

  private static void transactions(Connection connection, List<Object> seen) throws SQLException {
    connection.setAutoCommit(false);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO notes VALUES (?, 'tx')")) {
      insert.setInt(1, 1);
      seen.add(insert.executeUpdate());
      Savepoint savepoint = connection.setSavepoint("here");
      insert.setInt(1, 2);
      seen.add(insert.executeUpdate());
      failing(seen, insert::executeUpdate);
      connection.rollback(savepoint);
      insert.setInt(1, 3);
      seen.add(insert.executeUpdate());
      connection.releaseSavepoint(savepoint);
      connection.commit();
      insert.setInt(1, 4);
      seen.add(insert.executeUpdate());
      connection.rollback();
      insert.setInt(1, 5);
      seen.add(insert.executeUpdate());
      connection.setAutoCommit(true);
      seen.add(connection.getAutoCommit());
      insert.setInt(1, 6);
      seen.add(insert.executeUpdate());
    }
    try (Statement statement = connection.createStatement()) {
      rows(statement.executeQuery("SELECT id FROM notes ORDER BY id"), seen);
    }
  }

  private static void transactionsInSql(Connection connection, List<Object> seen)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      seen.add(statement.execute("BEGIN"));
      seen.add(statement.getUpdateCount());
      seen.add(statement.executeUpdate("INSERT INTO notes VALUES (1, 'x')"));
      seen.add(statement.execute("-- done\nCOMMIT"));
      seen.add(statement.getUpdateCount());
      seen.add(statement.getWarnings());
      seen.add(statement.execute("START TRANSACTION"));
      seen.add(statement.executeUpdate("INSERT INTO notes VALUES (2, 'x')"));
      seen.add(statement.execute("SAVEPOINT s"));
      seen.add(statement.executeUpdate("INSERT INTO notes VALUES (3, 'x')"));
      seen.add(statement.execute("ROLLBACK TO s"));
      seen.add(statement.execute("COMMIT"));
      seen.add(statement.execute("BEGIN; INSERT INTO notes VALUES (4, 'x'); ROLLBACK"));
      connection.setAutoCommit(false);
      seen.add(statement.executeUpdate("INSERT INTO notes VALUES (5, 'x')"));
      seen.add(statement.execute("COMMIT"));
      seen.add(statement.executeUpdate("INSERT INTO notes VALUES (6, 'x')"));
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  private static void values(Connection connection, List<Object> seen) throws SQLException {
    PGobject json = new PGobject();
    json.setType("jsonb");
    json.setValue("{\"a\": 1}");
    SQLXML xml = connection.createSQLXML();
    xml.setString("<a/>");
    Object[][] values = {
      {1, null, null, null, new Timestamp(1)},
      {
        2L,
        new byte[] {0, -1},
        json,
        connection.createArrayOf("text", new String[] {"a", "b"}),
        new Timestamp(0)
      },
      {
        new BigDecimal("3.0"),
        new ByteArrayInputStream(new byte[] {7, 8}),
        json,
        connection.createArrayOf("text", new Object[0]),
        OffsetDateTime.of(2024, 2, 29, 1, 2, 3, 4000, ZoneOffset.ofHours(5))
      },
    };
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO orders (qty, body, doc, tags, at) VALUES (?, ?, ?, ?, ?)")) {
      for (Object[] row : values) {
        insert.setObject(1, row[0], Types.INTEGER);
        if (row[1] instanceof ByteArrayInputStream stream) {
          insert.setBinaryStream(2, stream);
        } else {
          insert.setBytes(2, (byte[]) row[1]);
        }
        insert.setObject(3, row[2], Types.OTHER);
        insert.setArray(4, (java.sql.Array) row[3]);
        insert.setObject(5, row[4]);
        seen.add(insert.executeUpdate());
      }
    }
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO orders (code) VALUES (?), (?), (?)")) {
      insert.setCharacterStream(1, new StringReader("read"));
      insert.setAsciiStream(2, new ByteArrayInputStream(new byte[] {65}), 1);
      insert.setSQLXML(3, xml);
      failing(seen, insert::executeUpdate);
    }
    try (Statement statement = connection.createStatement()) {
      rows(statement.executeQuery("SELECT qty, body, doc, tags, at FROM orders ORDER BY id"), seen);
    }
  }

  private static void metadata(Connection connection, List<Object> seen) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT id, code FROM orders");
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO orders (code) VALUES (?)")) {
      seen.add(select.getMetaData().getTableName(1));
      seen.add(insert.getMetaData() == null);
      insert.setString(1, "m");
      seen.add(insert.executeUpdate());
      seen.add(insert.getMetaData() == null);
      seen.add(insert.toString().contains("dualwrite"));
      seen.add(
          insert.isPoolable()
              + " "
              + insert.getFetchSize()
              + " "
              + insert.getResultSetConcurrency());
    }
    rows(connection.getMetaData().getPrimaryKeys(null, "public", "orders"), seen);
    seen.add(connection.getMetaData().getDatabaseProductName());
    seen.add(connection.nativeSQL("SELECT {fn now()}"));
  }

  private static void updatable(Connection connection, List<Object> seen) throws SQLException {
    try (Statement statement =
        connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE)) {
      statement.executeUpdate("INSERT INTO notes VALUES (1, 'a'), (2, 'b')");
      try (ResultSet rows = statement.executeQuery("SELECT id, note FROM notes ORDER BY id")) {
        seen.add(rows.next());
        rows.updateString(2, "changed");
        rows.updateRow();
        seen.add(rows.getString(2));
        seen.add(rows.next());
        rows.deleteRow();
        rows.moveToInsertRow();
        rows.updateInt(1, 3);
        rows.updateString(2, "new");
        rows.insertRow();
        seen.add(rows.isLast());
      }
    }
  }

  private static void fetchSize(Connection connection, List<Object> seen) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO notes SELECT i, 'f' FROM generate_series(1, ?) i RETURNING id")) {
      insert.setFetchSize(2);
      insert.setInt(1, 9);
      rows(insert.executeQuery(), seen);
      seen.add(insert.getFetchSize());
    }
    connection.setAutoCommit(false);
    try (PreparedStatement select =
        connection.prepareStatement("SELECT id FROM notes ORDER BY id")) {
      select.setFetchSize(2);
      rows(select.executeQuery(), seen);
    }
    connection.commit();
    connection.setAutoCommit(true);
  }

  private interface Failing {
    void run() throws SQLException;
  }

  private static void failing(List<Object> seen, Failing statement) {
    try {
      statement.run();
      seen.add("did not fail");
    } catch (SQLException e) {
      seen.add(
          e.getClass().getName()
              + " "
              + e.getSQLState()
              + " "
              + String.valueOf(e.getMessage()).replaceFirst("\\s+Position: \\d+", ""));
    }
  }

  private static void results(Statement statement, List<Object> seen) throws SQLException {
    do {
      ResultSet rows = statement.getResultSet();
      if (rows != null) {
        rows(rows, seen);
      }
      seen.add(statement.getUpdateCount());
    } while (statement.getMoreResults() || statement.getUpdateCount() >= 0);
  }

  private static void rows(ResultSet result, List<Object> seen) throws SQLException {
    List<String> all = new ArrayList<>();
    try (result) {
      int columns = result.getMetaData().getColumnCount();
      for (int i = 1; i <= columns; i++) {
        all.add(
            result.getMetaData().getColumnLabel(i)
                + " "
                + result.getMetaData().getColumnTypeName(i));
      }
      while (result.next()) {
        for (int i = 1; i <= columns; i++) {
          all.add(result.getString(i));
        }
      }
    }
    seen.add(all);
  }
}
