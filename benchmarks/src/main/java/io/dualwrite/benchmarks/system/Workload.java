package io.dualwrite.benchmarks.system;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** What one transaction of the application does. */
enum Workload {
  /** One row into one table, in auto-commit. */
  SINGLE_INSERT(
      "single-row auto-commit inserts",
      "readings",
      1,
      true,
      false,
      (connection, id) ->
          update(
              connection,
              "INSERT INTO readings (id, device, value, note) VALUES (?, ?, ?, ?)",
              insert -> {
                insert.setLong(1, id);
                insert.setInt(2, (int) (id % 1000));
                insert.setDouble(3, id * 0.5);
                insert.setString(4, "reading " + id);
              })),

  /** An order with two lines, taken from an account: five statements on three tables. */
  FIVE_STATEMENTS(
      "transactions of five statements", "order_lines", 2, false, false, Workload::fiveStatements),

  /** A thousand rows in one batch and one transaction; keys in order. */
  BATCH("batches of 1,000 rows, keys in order", BulkRows.NUMBERED, 1_000, Bulk.BATCH),

  /** The same with random keys. */
  BATCH_UUID("batches of 1,000 rows, random keys", BulkRows.UUIDS, 1_000, Bulk.BATCH),

  /** {@code COPY … FROM STDIN} in auto-commit; keys in order. */
  COPY("COPY of 20,000 rows, keys in order", BulkRows.NUMBERED, 20_000, Bulk.COPY),

  /** The same with random keys. */
  COPY_UUID("COPY of 20,000 rows, random keys", BulkRows.UUIDS, 20_000, Bulk.COPY);

  /** Loads that share a table give their transactions ids from one sequence. */
  private static final long MOST_ROWS = 20_000;

  private final String label;
  private final String insertedOnly;
  private final int rowsPerTransaction;
  private final boolean autoCommit;
  private final boolean bulk;
  private final Work work;

  /** The statements of one transaction. */
  private interface Work {
    void run(Connection connection, long id) throws SQLException;
  }

  /** Sets a statement's parameters. */
  private interface Parameters {
    void set(PreparedStatement statement) throws SQLException;
  }

  /** How many rows are written at once. */
  private enum Bulk {
    BATCH,
    COPY
  }

  Workload(
      String label,
      String insertedOnly,
      int rowsPerTransaction,
      boolean autoCommit,
      boolean bulk,
      Work work) {
    this.label = label;
    this.insertedOnly = insertedOnly;
    this.rowsPerTransaction = rowsPerTransaction;
    this.autoCommit = autoCommit;
    this.bulk = bulk;
    this.work = work;
  }

  Workload(String label, BulkRows rows, int rowsPerTransaction, Bulk form) {
    this(
        label,
        rows.table(),
        rowsPerTransaction,
        form == Bulk.COPY,
        true,
        (connection, id) -> {
          if (form == Bulk.COPY) {
            rows.copy(connection, MOST_ROWS * id, rowsPerTransaction);
          } else {
            rows.batch(connection, MOST_ROWS * id, rowsPerTransaction);
          }
        });
  }

  private static void fiveStatements(Connection connection, long id) throws SQLException {
    long account = 1 + id * 7919 % Schema.ACCOUNTS;
    update(
        connection,
        "INSERT INTO orders (id, account, state) VALUES (?, ?, ?)",
        insert -> {
          insert.setLong(1, id);
          insert.setLong(2, account);
          insert.setString(3, "new");
        });
    line(connection, id, 2 * id);
    line(connection, id, 2 * id + 1);
    update(
        connection,
        "UPDATE accounts SET balance = balance - ? WHERE id = ?",
        update -> {
          update.setBigDecimal(1, BigDecimal.TEN);
          update.setLong(2, account);
        });
    update(
        connection,
        "UPDATE orders SET state = ? WHERE id = ?",
        update -> {
          update.setString(1, "placed");
          update.setLong(2, id);
        });
  }

  private static void line(Connection connection, long order, long id) throws SQLException {
    update(
        connection,
        "INSERT INTO order_lines (id, order_id, article, price) VALUES (?, ?, ?, ?)",
        insert -> {
          insert.setLong(1, id);
          insert.setLong(2, order);
          insert.setString(3, "article " + id % 100);
          insert.setBigDecimal(4, BigDecimal.valueOf(5));
        });
  }

  private static void update(Connection connection, String sql, Parameters parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      parameters.set(statement);
      statement.executeUpdate();
    }
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

  boolean autoCommit() {
    return autoCommit;
  }

  /** Runs the statements, without committing. */
  void run(Connection connection, long id) throws SQLException {
    work.run(connection, id);
  }
}
