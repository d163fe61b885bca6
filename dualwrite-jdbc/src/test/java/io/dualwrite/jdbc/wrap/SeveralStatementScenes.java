package io.dualwrite.jdbc.wrap;

import static io.dualwrite.jdbc.wrap.Seen.failing;
import static io.dualwrite.jdbc.wrap.Seen.results;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Texts of several statements. */
final class SeveralStatementScenes {
  private SeveralStatementScenes() {}

  static void plain(Connection connection, List<Object> seen) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      run(
          statement,
          "INSERT INTO notes VALUES (1, 'a;b'); /* ; */ UPDATE notes SET note = 'c' WHERE id = 1 RETURNING id, note; SELECT count(*) FROM notes; DELETE FROM notes -- ;\n;",
          seen);
      run(
          statement,
          "INSERT INTO notes VALUES (1, 'x'), (2, 'y'); TRUNCATE notes; INSERT INTO notes VALUES (3, 'z')",
          seen);
      failing(
          seen,
          () ->
              statement.execute(
                  "INSERT INTO notes VALUES (4, 'w'); INSERT INTO notes VALUES (3, 'twice')"));
      failing(seen, () -> statement.executeQuery("DELETE FROM notes; SELECT 1"));
      failing(seen, () -> statement.executeUpdate("INSERT INTO notes VALUES (5, 'v'); SELECT 1"));
      seen.add(
          statement.executeUpdate(
              "INSERT INTO notes VALUES (6, 'u'); INSERT INTO notes VALUES (7, 't')"));
      statement.execute(
          "INSERT INTO orders (code) VALUES ('k1'); INSERT INTO orders (code) VALUES ('k2')",
          Statement.RETURN_GENERATED_KEYS);
      try (ResultSet keys = statement.getGeneratedKeys()) {
        while (keys.next()) {
          seen.add(keys.getString("code"));
        }
      }
      results(statement, seen);
    }
  }

  static void withParameters(Connection connection, List<Object> seen) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO orders (code, qty) VALUES (?, ?); UPDATE orders SET qty = qty + ? WHERE code = ?; SELECT qty FROM orders WHERE doc IS NULL OR doc ?? ?")) {
      for (int i = 0; i < 7; i++) {
        statement.setString(1, "c" + i);
        statement.setInt(2, i);
        statement.setInt(3, 10);
        statement.setString(4, "c" + i);
        statement.setString(5, "key");
        seen.add(statement.execute());
        results(statement, seen);
      }
      statement.setString(1, "c0");
      failing(seen, statement::execute);
    }
  }

  static void withTransactions(Connection connection, List<Object> seen) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      run(
          statement,
          "BEGIN; INSERT INTO notes VALUES (1, 'x'); SAVEPOINT s; INSERT INTO notes VALUES (2, 'y'); ROLLBACK TO s; COMMIT",
          seen);
      run(statement, "START TRANSACTION; TRUNCATE notes; INSERT INTO notes VALUES (3, 'y')", seen);
      run(statement, "INSERT INTO notes VALUES (4, 'z')", seen);
      run(statement, "COMMIT", seen);
      run(statement, "BEGIN; DELETE FROM notes; ROLLBACK; INSERT INTO notes VALUES (5, 'w')", seen);
      failing(
          seen,
          () ->
              statement.execute(
                  "BEGIN; INSERT INTO notes VALUES (6, 'v'); COMMIT; INSERT INTO notes VALUES (6, 'again')"));
      failing(
          seen,
          () ->
              statement.execute(
                  "BEGIN; INSERT INTO notes VALUES (7, 'v'); INSERT INTO notes VALUES (7, 'w'); COMMIT"));
      run(statement, "ROLLBACK", seen);
      run(statement, "BEGIN", seen);
      run(statement, "INSERT INTO notes VALUES (8, 'x')", seen);
      run(statement, "COMMIT AND CHAIN", seen);
      run(statement, "INSERT INTO notes VALUES (9, 'x')", seen);
      run(statement, "ROLLBACK AND CHAIN", seen);
      run(statement, "INSERT INTO notes VALUES (10, 'x')", seen);
      run(statement, "END", seen);
      connection.setAutoCommit(false);
      run(
          statement,
          "INSERT INTO notes VALUES (11, 'x'); COMMIT; INSERT INTO notes VALUES (12, 'y')",
          seen);
      connection.rollback();
      run(statement, "INSERT INTO notes VALUES (13, 'x'); ROLLBACK", seen);
      connection.commit();
      connection.setAutoCommit(true);
      run(
          statement,
          "CREATE TEMP TABLE staged (id int); INSERT INTO staged VALUES (20), (21); DROP TABLE staged",
          seen);
      run(statement, "INSERT INTO notes VALUES (14, 'x'); SET search_path = public", seen);
    }
  }

  private static void run(Statement statement, String sql, List<Object> seen) throws SQLException {
    seen.add(statement.execute(sql));
    results(statement, seen);
  }
}
