package io.dualwrite.jdbc.wrap;

import static io.dualwrite.jdbc.wrap.Seen.results;
import static io.dualwrite.jdbc.wrap.Seen.rows;

import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;

/** Statements of all forms, and what they give back. */
final class StatementScenes {
  private StatementScenes() {}

  static void statements(Connection connection, List<Object> seen) throws SQLException {
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

  static void prepared(Connection connection, List<Object> seen) throws SQLException {
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

  static void generatedKeys(Connection connection, List<Object> seen) throws SQLException {
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

  static void returning(Connection connection, List<Object> seen) throws SQLException {
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

  static void batches(Connection connection, List<Object> seen) throws SQLException {
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

  static void fetchSize(Connection connection, List<Object> seen) throws SQLException {
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
}
