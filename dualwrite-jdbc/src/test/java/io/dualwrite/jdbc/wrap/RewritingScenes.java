package io.dualwrite.jdbc.wrap;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.List;
import org.postgresql.PGResultSetMetaData;

/** What a rewritten text might betray: metadata, warnings, time-outs. */
final class RewritingScenes {
  private RewritingScenes() {}

  static void metadata(Connection connection, List<Object> seen) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO orders AS o (code, qty) VALUES (?, 1) RETURNING *, id AS number, qty * 2, upper(code), o.code::varchar(7), now()")) {
      insert.setString(1, "x");
      try (ResultSet rows = insert.executeQuery()) {
        describe(rows.getMetaData(), seen);
      }
      describe(insert.getMetaData(), seen);
      seen.add(insert.getParameterMetaData().getParameterTypeName(1));
    }
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE orders SET qty = 2", new String[] {"id", "qty", "doc"})) {
      seen.add(update.executeUpdate());
      try (ResultSet rows = update.getGeneratedKeys()) {
        describe(rows.getMetaData(), seen);
      }
    }
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "WITH a AS (DELETE FROM orders RETURNING id, code) SELECT a.*, 1 AS one FROM a")) {
      describe(rows.getMetaData(), seen);
    }
  }

  private static void describe(ResultSetMetaData columns, List<Object> seen) throws SQLException {
    PGResultSetMetaData base = columns.unwrap(PGResultSetMetaData.class);
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      seen.add(
          List.of(
              columns.getColumnName(i),
              columns.getColumnLabel(i),
              columns.getTableName(i),
              columns.getSchemaName(i),
              base.getBaseTableName(i),
              base.getBaseColumnName(i),
              columns.isAutoIncrement(i),
              columns.isNullable(i),
              columns.getColumnTypeName(i),
              columns.getPrecision(i),
              columns.getScale(i),
              columns.getColumnDisplaySize(i),
              columns.getColumnClassName(i)));
    }
  }

  static void warnings(Connection connection, List<Object> seen) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET client_min_messages = notice");
      statement.executeUpdate("INSERT INTO told VALUES (1)");
      warnings(statement.getWarnings(), seen);
      statement.clearWarnings();
      statement.executeUpdate("UPDATE told SET id = id + 1");
      warnings(statement.getWarnings(), seen);
      warnings(connection.getWarnings(), seen);
      statement.execute("SET statement_timeout = 300");
      Seen.failing(
          seen, () -> statement.executeUpdate("UPDATE told SET id = 7 WHERE pg_sleep(20) IS NULL"));
      statement.execute("RESET statement_timeout");
      seen.add(statement.executeUpdate("DELETE FROM told"));
    }
  }

  private static void warnings(SQLWarning first, List<Object> seen) {
    for (SQLWarning warning = first; warning != null; warning = warning.getNextWarning()) {
      seen.add(warning.getSQLState() + " " + warning.getMessage());
    }
    seen.add("end of warnings");
  }

  static void cursors(Connection connection, List<Object> seen) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("INSERT INTO notes VALUES (1, 'a'), (2, 'b'), (3, 'c')");
      statement.execute("DECLARE c CURSOR FOR SELECT * FROM notes ORDER BY id FOR UPDATE");
      Seen.rows(statement.executeQuery("FETCH 2 FROM c"), seen);
      seen.add(statement.executeUpdate("UPDATE notes SET note = 'current' WHERE CURRENT OF c"));
      statement.execute("MOVE c");
      seen.add(statement.executeUpdate("DELETE FROM notes WHERE CURRENT OF c"));
      statement.execute("CLOSE c");
      connection.commit();
      Seen.rows(statement.executeQuery("SELECT * FROM notes ORDER BY id"), seen);
      connection.commit();
    }
    connection.setAutoCommit(true);
  }
}
