package io.dualwrite.jdbc.capture;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All that an application sees of one execution, and what the tables hold after it. */
record Outcome(
    List<Long> updateCounts,
    List<List<String>> results,
    List<String> generatedKeys,
    @Nullable String sqlState,
    Map<String, List<String>> tables,
    List<String> journal) {

  /** Runs a text within a savepoint that is rolled back. */
  static Outcome of(
      Connection connection,
      @Nullable String before,
      String sql,
      RequestedKeys keys,
      List<?> parameters)
      throws SQLException {
    List<Long> counts = new ArrayList<>();
    List<List<String>> results = new ArrayList<>();
    List<String> generated = new ArrayList<>();
    String sqlState = null;
    reset(connection);
    Savepoint savepoint = connection.setSavepoint();
    if (before != null) {
      run(connection, before);
    }
    try (PreparedStatement statement = prepare(connection, sql, keys)) {
      for (int i = 0; i < parameters.size(); i++) {
        statement.setObject(i + 1, parameters.get(i));
      }
      boolean rows = statement.execute();
      while (rows || statement.getUpdateCount() >= 0) {
        if (rows) {
          try (ResultSet result = statement.getResultSet()) {
            results.add(rows(result));
          }
        } else {
          counts.add(statement.getLargeUpdateCount());
          if (!(keys instanceof RequestedKeys.None)) {
            try (ResultSet result = statement.getGeneratedKeys()) {
              generated.addAll(rows(result));
            }
          }
        }
        rows = statement.getMoreResults();
      }
    } catch (SQLException e) {
      sqlState =
          e.getSQLState() + " " + String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      connection.rollback(savepoint);
      return new Outcome(counts, results, generated, sqlState, Map.of(), List.of());
    }
    Map<String, List<String>> tables = new TreeMap<>();
    for (String table : CaptureTables.TABLES) {
      tables.put(table, sorted(connection, "SELECT x::text FROM " + table + " x"));
    }
    List<String> journal = sorted(connection, CaptureTables.JOURNAL);
    connection.rollback(savepoint);
    return new Outcome(counts, results, generated, sqlState, tables, journal);
  }

  /** The rows of orders. */
  List<String> orders() {
    return tables.getOrDefault("orders", List.of());
  }

  /** The same without the journal, to compare with the bare statement. */
  Outcome withoutJournal() {
    return new Outcome(updateCounts, results, generatedKeys, sqlState, tables, List.of());
  }

  private static void reset(Connection connection) throws SQLException {
    run(connection, "SELECT setval('orders_id_seq', 100)");
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static PreparedStatement prepare(Connection connection, String sql, RequestedKeys keys)
      throws SQLException {
    if (keys instanceof RequestedKeys.Columns columns) {
      return connection.prepareStatement(sql, columns.names().toArray(new String[0]));
    }
    return keys instanceof RequestedKeys.All
        ? connection.prepareStatement(sql, Statement.RETURN_GENERATED_KEYS)
        : connection.prepareStatement(sql);
  }

  private static List<String> sorted(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<String> rows = rows(result);
      return rows.subList(1, rows.size()).stream()
          .map(row -> row.substring(0, row.length() - 1))
          .sorted()
          .toList();
    }
  }

  private static List<String> rows(ResultSet result) throws SQLException {
    ResultSetMetaData columns = result.getMetaData();
    List<String> rows = new ArrayList<>();
    StringBuilder header = new StringBuilder();
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      header
          .append(columns.getColumnLabel(i))
          .append(' ')
          .append(columns.getColumnTypeName(i))
          .append('|');
    }
    rows.add(header.toString());
    while (result.next()) {
      StringBuilder row = new StringBuilder();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        row.append(result.getString(i)).append('|');
      }
      rows.add(row.toString());
    }
    return rows;
  }
}
