package io.dualwrite.jdbc.wrap;

import static io.dualwrite.jdbc.wrap.Seen.failing;
import static io.dualwrite.jdbc.wrap.Seen.rows;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;

/** Transactions, and statements that fail in and outside of them. */
final class TransactionScenes {
  private TransactionScenes() {}

  static void failures(Connection connection, List<Object> seen) throws SQLException {
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

  static void transactions(Connection connection, List<Object> seen) throws SQLException {
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

  static void transactionsInSql(Connection connection, List<Object> seen) throws SQLException {
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
}
