package io.dualwrite.sample.demo;

import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/**
 * One of the two databases, for the demo's own SQL: plain connections, nothing of the library
 * between.
 *
 * @param name how it is called in messages
 * @param dataSource opens a connection for each question
 */
record Database(String name, DataSource dataSource) {

  void run(String sql, Object... arguments) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement = prepare(connection, sql, arguments)) {
      statement.execute();
    }
  }

  void copyIn(String sql, String csv) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql, new StringReader(csv));
    } catch (java.io.IOException e) {
      throw new SQLException(e);
    }
  }

  long number(String sql, Object... arguments) throws SQLException {
    return Long.parseLong(text(sql, arguments));
  }

  /** The single value that a query returns. */
  String text(String sql, Object... arguments) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement = prepare(connection, sql, arguments);
        ResultSet rows = statement.executeQuery()) {
      if (!rows.next()) {
        throw new SQLException(name + " answered with no row: " + sql);
      }
      return rows.getString(1);
    }
  }

  /** What a query of a text and a number returns. */
  Map<String, Long> numbers(String sql, Object... arguments) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement = prepare(connection, sql, arguments);
        ResultSet rows = statement.executeQuery()) {
      Map<String, Long> numbers = new HashMap<>();
      while (rows.next()) {
        numbers.put(rows.getString(1), rows.getLong(2));
      }
      return numbers;
    }
  }

  private static PreparedStatement prepare(Connection connection, String sql, Object... arguments)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    try {
      for (int i = 0; i < arguments.length; i++) {
        statement.setObject(i + 1, arguments[i]);
      }
      return statement;
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
  }
}
