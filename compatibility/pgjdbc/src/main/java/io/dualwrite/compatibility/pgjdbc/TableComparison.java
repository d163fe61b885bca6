package io.dualwrite.compatibility.pgjdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * The tables that both sides have when the suite has ended, row for row. Most tests drop what they
 * create, and definitions are not mirrored, so this is little: it shows damage, not its absence.
 */
final class TableComparison {
  private static final String TABLES =
      "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
          + " WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'dualwrite') ORDER BY 1";

  private TableComparison() {}

  /** Whether they are equal. */
  static boolean print(DataSource source, DataSource target) throws SQLException {
    List<String> onBoth = values(target, TABLES);
    onBoth.retainAll(values(source, TABLES));
    boolean same = true;
    for (String table : onBoth) {
      String rows = "SELECT t::text FROM " + table + " t ORDER BY 1";
      boolean equal = values(source, rows).equals(values(target, rows));
      same &= equal;
      System.out.println("table " + table + (equal ? " is equal" : " DIFFERS"));
    }
    System.out.println(onBoth.size() + " tables are left on both sides");
    return same;
  }

  private static List<String> values(DataSource side, String sql) throws SQLException {
    List<String> values = new ArrayList<>();
    try (Connection connection = side.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        values.add(rows.getString(1));
      }
    }
    return values;
  }
}
