package io.dualwrite.jdbc.wrap;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Notes what an application sees of a statement. */
final class Seen {
  private Seen() {}

  interface Failing {
    void run() throws SQLException;
  }

  static void failing(List<Object> seen, Failing statement) {
    try {
      statement.run();
      seen.add("did not fail");
    } catch (SQLException e) {
      seen.add(e.getClass().getName() + " " + e.getSQLState() + " " + e.getMessage());
    }
  }

  static void results(Statement statement, List<Object> seen) throws SQLException {
    do {
      ResultSet rows = statement.getResultSet();
      if (rows != null) {
        rows(rows, seen);
      }
      seen.add(statement.getUpdateCount());
    } while (statement.getMoreResults() || statement.getUpdateCount() >= 0);
  }

  static void rows(ResultSet result, List<Object> seen) throws SQLException {
    List<String> all = new ArrayList<>();
    try (result) {
      int columns = result.getMetaData().getColumnCount();
      for (int i = 1; i <= columns; i++) {
        all.add(
            result.getMetaData().getColumnLabel(i)
                + " "
                + result.getMetaData().getColumnTypeName(i));
      }
      while (result.next()) {
        for (int i = 1; i <= columns; i++) {
          all.add(result.getString(i));
        }
      }
    }
    seen.add(all);
  }
}
