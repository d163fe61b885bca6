package io.dualwrite.jdbc.wrap;

import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;

/** Batches of both kinds, whole and failing in part. */
final class BatchScenes {
  private BatchScenes() {}

  /** Runs a batch either way and notes its counts, or those of its failure. */
  private static void run(Statement statement, boolean large, List<Object> seen)
      throws SQLException {
    try {
      seen.add(
          large
              ? Arrays.toString(statement.executeLargeBatch())
              : Arrays.toString(statement.executeBatch()));
    } catch (BatchUpdateException e) {
      seen.add(e.getSQLState() + Arrays.toString(e.getLargeUpdateCounts()));
      seen.add(Arrays.toString(e.getUpdateCounts()));
      seen.add(String.valueOf(e.getNextException().getMessage()));
    }
    if (!statement.getConnection().getAutoCommit()) {
      statement.getConnection().commit();
    }
  }

  static void prepared(Connection connection, List<Object> seen) throws SQLException {
    int first = 0;
    for (int rows : new int[] {1, 2, 7, 150, 300}) {
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO notes (id, note) VALUES (?, ?)")) {
        for (int i = 0; i < rows; i++) {
          insert.setInt(1, first++);
          insert.setString(2, "n" + i);
          insert.addBatch();
        }
        run(insert, rows % 2 == 0, seen);
      }
    }
    try (PreparedStatement upsert =
        connection.prepareStatement(
            "INSERT INTO notes VALUES (?, ?) ON CONFLICT (id) DO NOTHING")) {
      for (int id : new int[] {1, 2, 3, 10_000, 4, 5, 6}) {
        upsert.setInt(1, id);
        upsert.setString(2, "up");
        upsert.addBatch();
      }
      run(upsert, false, seen);
    }
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE notes SET note = ? WHERE id < ?")) {
      for (int i = 0; i < 5; i++) {
        update.setString(1, "u" + i);
        update.setInt(2, i);
        update.addBatch();
      }
      run(update, true, seen);
      update.setString(1, "large");
      update.setInt(2, 7);
      seen.add(update.executeLargeUpdate());
    }
    try (PreparedStatement move =
        connection.prepareStatement("UPDATE notes SET id = ? WHERE id = ?")) {
      for (int i = 0; i < 5; i++) {
        move.setInt(1, 20_000 + i);
        move.setInt(2, i);
        move.addBatch();
      }
      run(move, false, seen);
    }
    try (PreparedStatement delete = connection.prepareStatement("DELETE FROM notes WHERE id = ?")) {
      for (int i = 0; i < 10; i++) {
        delete.setInt(1, i);
        delete.addBatch();
      }
      run(delete, false, seen);
    }
  }

  static void failing(Connection connection, List<Object> seen) throws SQLException {
    for (int at : new int[] {0, 3, 6}) {
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO notes (id, note) VALUES (?, ?)")) {
        for (int i = 0; i < 7; i++) {
          insert.setInt(1, i == at ? -1 : 100 * at + i);
          insert.setString(2, "n");
          insert.addBatch();
          if (i == at) {
            insert.setInt(1, -1);
            insert.addBatch();
          }
        }
        run(insert, false, seen);
        insert.setInt(1, 5000 + at);
        insert.setString(2, "after");
        insert.addBatch();
        run(insert, false, seen);
      }
    }
    try (Statement statement = connection.createStatement()) {
      statement.addBatch("INSERT INTO notes VALUES (7001, 'x')");
      statement.addBatch("UPDATE orders SET qty = 1 / 0");
      statement.addBatch("INSERT INTO orders (code) VALUES ('first')");
      statement.addBatch("INSERT INTO orders (code) VALUES ('first')");
      statement.addBatch("INSERT INTO notes VALUES (7002, 'x')");
      run(statement, true, seen);
      statement.addBatch("INSERT INTO notes VALUES (7003, 'x')");
      statement.addBatch("SELECT 1");
      statement.addBatch("INSERT INTO notes VALUES (7004, 'x')");
      run(statement, false, seen);
    }
  }

  static void withKeys(Connection connection, List<Object> seen) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO orders (code, qty) VALUES (?, ?)", Statement.RETURN_GENERATED_KEYS)) {
      for (int i = 0; i < 5; i++) {
        insert.setString(1, "c" + i);
        insert.setInt(2, i);
        insert.addBatch();
      }
      run(insert, false, seen);
      keys(insert, seen);
    }
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE orders SET qty = qty + 1 WHERE qty > ?", new String[] {"code"})) {
      for (int i = 0; i < 3; i++) {
        update.setInt(1, i * 2);
        update.addBatch();
      }
      run(update, true, seen);
      keys(update, seen);
    }
  }

  static void mixed(Connection connection, List<Object> seen) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.addBatch("INSERT INTO notes VALUES (1, 'a'), (2, 'b'), (3, 'c')");
      statement.addBatch("INSERT INTO orders (code) VALUES ('m1')");
      statement.addBatch("INSERT INTO other.plain VALUES ('not mirrored')");
      statement.addBatch(
          "WITH gone AS (DELETE FROM notes WHERE id = 2 RETURNING id) UPDATE orders SET qty = gone.id FROM gone");
      statement.addBatch("DELETE FROM notes WHERE id > 2");
      statement.addBatch("TRUNCATE orders");
      run(statement, false, seen);
      statement.addBatch("INSERT INTO notes VALUES (4, 'd')");
      statement.clearBatch();
      run(statement, true, seen);
      seen.add(statement.executeLargeUpdate("UPDATE notes SET note = 'e'"));
      seen.add(statement.getLargeUpdateCount());
    }
  }

  private static void keys(Statement statement, List<Object> seen) throws SQLException {
    try (ResultSet keys = statement.getGeneratedKeys()) {
      while (keys.next()) {
        seen.add(keys.getString("code"));
      }
    }
  }
}
