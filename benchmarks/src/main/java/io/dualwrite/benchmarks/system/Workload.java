package io.dualwrite.benchmarks.system;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** What one transaction of the application does. */
enum Workload {
  /** One row into one table, in auto-commit. */
  SINGLE_INSERT("single-row auto-commit inserts", "readings", 1) {
    @Override
    boolean autoCommit() {
      return true;
    }

    @Override
    void run(Connection connection, long id) throws SQLException {
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO readings (id, device, value, note) VALUES (?, ?, ?, ?)")) {
        insert.setLong(1, id);
        insert.setInt(2, (int) (id % 1000));
        insert.setDouble(3, id * 0.5);
        insert.setString(4, "reading " + id);
        insert.executeUpdate();
      }
    }
  },

  /** An order with two lines, taken from an account: five statements on three tables. */
  FIVE_STATEMENTS("transactions of five statements", "order_lines", 2) {
    @Override
    boolean autoCommit() {
      return false;
    }

    @Override
    void run(Connection connection, long id) throws SQLException {
      long account = 1 + id * 7919 % Schema.ACCOUNTS;
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO orders (id, account, state) VALUES (?, ?, ?)")) {
        insert.setLong(1, id);
        insert.setLong(2, account);
        insert.setString(3, "new");
        insert.executeUpdate();
      }
      line(connection, id, 2 * id);
      line(connection, id, 2 * id + 1);
      try (PreparedStatement update =
          connection.prepareStatement("UPDATE accounts SET balance = balance - ? WHERE id = ?")) {
        update.setBigDecimal(1, BigDecimal.TEN);
        update.setLong(2, account);
        update.executeUpdate();
      }
      try (PreparedStatement update =
          connection.prepareStatement("UPDATE orders SET state = ? WHERE id = ?")) {
        update.setString(1, "placed");
        update.setLong(2, id);
        update.executeUpdate();
      }
    }

    private void line(Connection connection, long order, long id) throws SQLException {
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO order_lines (id, order_id, article, price) VALUES (?, ?, ?, ?)")) {
        insert.setLong(1, id);
        insert.setLong(2, order);
        insert.setString(3, "article " + id % 100);
        insert.setBigDecimal(4, BigDecimal.valueOf(5));
        insert.executeUpdate();
      }
    }
  };

  private final String label;
  private final String insertedOnly;
  private final int rowsPerTransaction;

  Workload(String label, String insertedOnly, int rowsPerTransaction) {
    this.label = label;
    this.insertedOnly = insertedOnly;
    this.rowsPerTransaction = rowsPerTransaction;
  }

  String label() {
    return label;
  }

  /** A table whose rows are written once, so that their commit timestamps tell when they came. */
  String insertedOnly() {
    return insertedOnly;
  }

  /** The first id that the transaction of that id inserts into {@link #insertedOnly()}. */
  long firstRow(long transaction) {
    return rowsPerTransaction * transaction;
  }

  abstract boolean autoCommit();

  /** Runs the statements, without committing. */
  abstract void run(Connection connection, long id) throws SQLException;
}
