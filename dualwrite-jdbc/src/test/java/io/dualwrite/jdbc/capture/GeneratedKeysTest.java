package io.dualwrite.jdbc.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.capture.CapturePlan.Captured;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * pgjdbc answers alike for bare and rewritten texts, in every way in which it returns keys, rows
 * and counts.
 */
@WithDatabases
@Guarantee("G7")
class GeneratedKeysTest {
  private static final String INSERT = "INSERT INTO orders (code, qty) VALUES (?, ?)";
  private static final String RETURNING = INSERT + " RETURNING *";
  private static final String UPDATE = "UPDATE orders SET qty = qty + 1 WHERE id > ? AND code <> ?";
  private static final RequestedKeys COLUMNS = new RequestedKeys.Columns(List.of("qty", "id"));
  private static final String[] NAMES = {"qty", "id"};

  @FunctionalInterface
  private interface Rewriting {
    String of(String sql, RequestedKeys keys) throws SQLException;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "&reWriteBatchedInserts=true",
        "&preferQueryMode=simple",
        "&prepareThreshold=1",
        "&prepareThreshold=-1"
      })
  void theDriverAnswersAlike(String option, TestDatabases dbs) throws Exception {
    CaptureTables tables = new CaptureTables(dbs);
    String url = dbs.sourceUrl() + option;
    List<String> bare;
    try (Connection connection = DriverManager.getConnection(url)) {
      bare = answers(connection, (sql, keys) -> sql);
    }
    assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.journal"))
        .isEqualTo("0");
    try (Connection connection = DriverManager.getConnection(url)) {
      List<String> rewritten =
          answers(
              connection,
              (sql, keys) -> ((Captured) tables.plan(connection, sql, keys)).journaling());
      assertThat(rewritten).isEqualTo(bare);
    }
    assertThat(
            dbs.query(
                dbs.source(),
                "SELECT id::text FROM orders EXCEPT SELECT key[1] FROM dualwrite.journal"))
        .isEmpty();
  }

  private static List<String> answers(Connection connection, Rewriting rewriting)
      throws SQLException {
    List<String> answers = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      statement.execute("DELETE FROM child; DELETE FROM orders");
      statement.execute("SELECT setval('orders_id_seq', 1)");
    }
    try (PreparedStatement all =
        connection.prepareStatement(
            rewriting.of(INSERT, RequestedKeys.ALL), Statement.RETURN_GENERATED_KEYS)) {
      prepared(all, answers);
    }
    try (PreparedStatement some =
        connection.prepareStatement(rewriting.of(INSERT, COLUMNS), NAMES)) {
      prepared(some, answers);
    }
    try (PreparedStatement none =
        connection.prepareStatement(rewriting.of(INSERT, RequestedKeys.NONE))) {
      prepared(none, answers);
    }
    try (PreparedStatement update =
        connection.prepareStatement(rewriting.of(UPDATE, COLUMNS), NAMES)) {
      update.setInt(1, 3);
      update.setString(2, "none");
      answers.add("update " + update.executeUpdate() + keys(update));
      update.setInt(1, 3000);
      answers.add("update " + update.executeLargeUpdate() + keys(update));
    }
    try (PreparedStatement rows =
        connection.prepareStatement(rewriting.of(RETURNING, RequestedKeys.NONE))) {
      returningRows(rows, answers);
    }
    try (PreparedStatement rows =
        connection.prepareStatement(
            rewriting.of(RETURNING, RequestedKeys.ALL), Statement.RETURN_GENERATED_KEYS)) {
      prepared(rows, answers);
    }
    plainStatement(connection, rewriting, answers);
    inSteps(connection, rewriting, answers);
    return answers;
  }

  private static void prepared(PreparedStatement statement, List<String> answers)
      throws SQLException {
    bind(statement, 1);
    answers.add("executeUpdate " + statement.executeUpdate() + keys(statement));
    bind(statement, 2);
    answers.add(
        "execute "
            + statement.execute()
            + statement.getUpdateCount()
            + keys(statement)
            + statement.getMoreResults());
    for (int i = 3; i < 9; i++) {
      bind(statement, i);
      statement.addBatch();
    }
    answers.add("executeBatch " + counts(statement.executeBatch()) + keys(statement));
  }

  /** With reWriteBatchedInserts pgjdbc knows no single counts of what it put together. */
  private static String counts(int[] counts) {
    return Arrays.toString(counts).replace("-2", "1");
  }

  private static void returningRows(PreparedStatement statement, List<String> answers)
      throws SQLException {
    bind(statement, 20);
    try (ResultSet result = statement.executeQuery()) {
      answers.add("executeQuery " + rows(result));
    }
    answers.add("execute " + statement.execute() + statement.getUpdateCount());
    try (ResultSet result = statement.getResultSet()) {
      answers.add(rows(result) + statement.getMoreResults() + statement.getUpdateCount());
    }
    try {
      answers.add("executeUpdate " + statement.executeUpdate());
    } catch (SQLException e) {
      answers.add(e.getSQLState() + e.getMessage());
    }
    bind(statement, 21);
    statement.addBatch();
    bind(statement, 22);
    statement.addBatch();
    answers.add("executeBatch " + Arrays.toString(statement.executeBatch()));
  }

  private static void plainStatement(
      Connection connection, Rewriting rewriting, List<String> answers) throws SQLException {
    String insert = "INSERT INTO orders (qty) SELECT 7 FROM generate_series(1, 2)";
    try (Statement statement = connection.createStatement()) {
      String all = rewriting.of(insert, RequestedKeys.ALL);
      answers.add(
          "executeUpdate "
              + statement.executeUpdate(all, Statement.RETURN_GENERATED_KEYS)
              + keys(statement));
      answers.add(
          "execute "
              + statement.execute(all, Statement.RETURN_GENERATED_KEYS)
              + statement.getUpdateCount()
              + keys(statement));
      String some = rewriting.of(insert, COLUMNS);
      answers.add("executeUpdate " + statement.executeUpdate(some, NAMES) + keys(statement));
      answers.add(
          "executeLargeUpdate " + statement.executeLargeUpdate(some, NAMES) + keys(statement));
      String none = rewriting.of(insert, RequestedKeys.NONE);
      answers.add("executeUpdate " + statement.executeUpdate(none));
      statement.addBatch(none);
      statement.addBatch(
          rewriting.of("DELETE FROM orders WHERE qty = 7 AND id % 2 = 0", RequestedKeys.NONE));
      answers.add("executeBatch " + Arrays.toString(statement.executeBatch()));
    }
  }

  /** Fetched in steps and cut off, all rows are still written. */
  private static void inSteps(Connection connection, Rewriting rewriting, List<String> answers)
      throws SQLException {
    connection.setAutoCommit(false);
    String sql =
        rewriting.of(
            "INSERT INTO orders (qty) SELECT g FROM generate_series(1, 9) g RETURNING qty",
            RequestedKeys.NONE);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setFetchSize(2);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
      }
      statement.setMaxRows(3);
      try (ResultSet result = statement.executeQuery()) {
        answers.add(rows(result));
      }
    }
    try (Statement statement = connection.createStatement();
        ResultSet count = statement.executeQuery("SELECT count(*) FROM orders")) {
      answers.add(rows(count));
    }
    connection.commit();
    connection.setAutoCommit(true);
  }

  private static void bind(PreparedStatement statement, int n) throws SQLException {
    statement.setString(1, null);
    statement.setInt(2, n);
  }

  private static String keys(Statement statement) throws SQLException {
    try (ResultSet keys = statement.getGeneratedKeys()) {
      return " keys " + rows(keys);
    }
  }

  private static String rows(ResultSet result) throws SQLException {
    ResultSetMetaData columns = result.getMetaData();
    StringBuilder rows = new StringBuilder();
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      rows.append(columns.getColumnLabel(i))
          .append(columns.getColumnTypeName(i))
          .append(columns.isAutoIncrement(i))
          .append(columns.isNullable(i));
    }
    while (result.next()) {
      rows.append('[');
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        // The time is not the same twice.
        rows.append(columns.getColumnLabel(i).equals("at") ? "at" : result.getString(i))
            .append(' ');
      }
      rows.append(']');
    }
    return rows.toString();
  }
}
