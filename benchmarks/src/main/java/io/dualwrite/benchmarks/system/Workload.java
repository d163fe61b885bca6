package io.dualwrite.benchmarks.system;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

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
  },

  /** A thousand rows in one batch and one transaction; keys in order. */
  BATCH("batches of 1,000 rows, keys in order", BulkRows.NUMBERED, 1_000) {
    @Override
    boolean autoCommit() {
      return false;
    }

    @Override
    void run(Connection connection, long id) throws SQLException {
      BulkRows.NUMBERED.batch(connection, firstRow(id), rowsPerTransaction());
    }
  },

  /** The same with random keys. */
  BATCH_UUID("batches of 1,000 rows, random keys", BulkRows.UUIDS, 1_000) {
    @Override
    boolean autoCommit() {
      return false;
    }

    @Override
    void run(Connection connection, long id) throws SQLException {
      BulkRows.UUIDS.batch(connection, firstRow(id), rowsPerTransaction());
    }
  },

  /** {@code COPY … FROM STDIN} in auto-commit; keys in order. */
  COPY("COPY of 20,000 rows, keys in order", BulkRows.NUMBERED, 20_000) {
    @Override
    boolean autoCommit() {
      return true;
    }

    @Override
    void run(Connection connection, long id) throws SQLException {
      BulkRows.NUMBERED.copy(connection, firstRow(id), rowsPerTransaction());
    }
  },

  /** The same with random keys. */
  COPY_UUID("COPY of 20,000 rows, random keys", BulkRows.UUIDS, 20_000) {
    @Override
    boolean autoCommit() {
      return true;
    }

    @Override
    void run(Connection connection, long id) throws SQLException {
      BulkRows.UUIDS.copy(connection, firstRow(id), rowsPerTransaction());
    }
  };

  /** Loads that share a table give their transactions ids from one sequence. */
  private static final long MOST_ROWS = 20_000;

  private final String label;
  private final String insertedOnly;
  private final int rowsPerTransaction;
  private final boolean bulk;

  Workload(String label, String insertedOnly, int rowsPerTransaction) {
    this.label = label;
    this.insertedOnly = insertedOnly;
    this.rowsPerTransaction = rowsPerTransaction;
    this.bulk = false;
  }

  Workload(String label, BulkRows rows, int rowsPerTransaction) {
    this.label = label;
    this.insertedOnly = rows.table();
    this.rowsPerTransaction = rowsPerTransaction;
    this.bulk = true;
  }

  String label() {
    return label;
  }

  /** A table whose rows are written once, so that their commit timestamps tell when they came. */
  String insertedOnly() {
    return insertedOnly;
  }

  /** Whether it is measured in rows rather than transactions. */
  boolean bulk() {
    return bulk;
  }

  /** How many threads of the application are worth a look. */
  List<Integer> threads() {
    if (rowsPerTransaction > 1_000) {
      return List.of(1);
    }
    return bulk ? List.of(1, 4) : List.of(1, 8);
  }

  int rowsPerTransaction() {
    return rowsPerTransaction;
  }

  /** The first id that the transaction of that id inserts into {@link #insertedOnly()}. */
  long firstRow(long transaction) {
    return (bulk ? MOST_ROWS : rowsPerTransaction) * transaction;
  }

  abstract boolean autoCommit();

  /** Runs the statements, without committing. */
  abstract void run(Connection connection, long id) throws SQLException;
}
