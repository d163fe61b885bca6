package io.dualwrite.chaos;

import io.dualwrite.chaos.history.RowId;
import io.dualwrite.testing.EmbeddedPostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;

/** Rows that the target has refused: they are named, and so not lost, until it takes them. */
final class SetAside {
  /** A key of several columns is told apart by all of them, or by its last one. */
  private static final String NAMED =
      """
      SELECT regexp_replace(table_name, '^public\\.', ''), array_to_string(key, '/'), key[array_length(key, 1)]
      FROM dualwrite.set_aside""";

  private final Set<RowId> rows = new HashSet<>();
  private final Set<String> wholeTables = new HashSet<>();

  static SetAside read(EmbeddedPostgresServer source) throws SQLException {
    SetAside found = new SetAside();
    try (Connection connection = source.dataSource(Databases.NAME).getConnection();
        Statement statement = connection.createStatement();
        ResultSet named = statement.executeQuery(NAMED)) {
      while (named.next()) {
        String key = named.getString(2);
        if (key == null) {
          found.wholeTables.add(named.getString(1));
        } else {
          found.rows.add(new RowId(named.getString(1), key));
          found.rows.add(new RowId(named.getString(1), named.getString(3)));
        }
      }
    }
    return found;
  }

  boolean names(RowId row) {
    return rows.contains(row) || wholeTables.contains(row.table());
  }
}
