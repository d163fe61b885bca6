package io.dualwrite.jdbc.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * A query under session settings that pgjdbc would refuse to go on with (a DateStyle other than
 * ISO): all in one message, so that the server does not report them.
 */
final class OddSession {
  private OddSession() {}

  static List<List<String>> query(DataSource side, List<String> settings, String query)
      throws SQLException {
    String sql =
        String.join("; ", settings) + (settings.isEmpty() ? "" : "; ") + query + "; RESET ALL";
    List<List<String>> rows = new ArrayList<>();
    try (Connection connection = side.getConnection();
        Statement statement = connection.createStatement()) {
      boolean isResult = statement.execute(sql);
      while (isResult || statement.getUpdateCount() >= 0) {
        if (isResult) {
          try (ResultSet result = statement.getResultSet()) {
            while (result.next()) {
              List<String> row = new ArrayList<>();
              for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                row.add(result.getString(column));
              }
              rows.add(row);
            }
          }
        }
        isResult = statement.getMoreResults();
      }
    }
    return rows;
  }
}
