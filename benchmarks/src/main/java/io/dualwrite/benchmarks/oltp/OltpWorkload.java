package io.dualwrite.benchmarks.oltp;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.SplittableRandom;

/** A schema and the transactions that terminals run on it. */
interface OltpWorkload {
  /** What it is called in the report. */
  String label();

  /** Makes the tables and their rows, the same on every call. */
  String schema();

  /** The tables, to be compared in the end. */
  List<String> tables();

  /**
   * Runs one transaction of the mix, without committing. Everything that it writes comes from
   * {@code random}.
   *
   * @param terminal that runs it, from 0
   */
  void run(Connection connection, int terminal, SplittableRandom random) throws SQLException;

  /** Runs an update, insert or delete. */
  static int update(Connection connection, String sql, Object... parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      set(statement, parameters);
      return statement.executeUpdate();
    }
  }

  /** The first column of the one row. */
  static double number(Connection connection, String sql, Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      set(statement, parameters);
      try (ResultSet rows = statement.executeQuery()) {
        if (!rows.next()) {
          throw new SQLException("no row: " + sql);
        }
        return rows.getDouble(1);
      }
    }
  }

  private static void set(PreparedStatement statement, Object... parameters) throws SQLException {
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
  }
}
