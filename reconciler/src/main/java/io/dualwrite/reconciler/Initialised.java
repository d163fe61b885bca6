package io.dualwrite.reconciler;

import io.dualwrite.Side;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What has become of the control schema on one side.
 *
 * @param side which
 * @param created whether there was no such schema, or nothing in it
 * @param added tables that were missing in it, and columns as {@code table.column}; empty where it
 *     was created
 */
public record Initialised(Side side, boolean created, List<String> added) {
  private static final String QUERY =
      """
      SELECT c.relname || CASE WHEN a.attnum IS NULL THEN '' ELSE '.' || a.attname END
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN (SELECT attrelid, attnum, attname FROM pg_catalog.pg_attribute WHERE attnum > 0 AND NOT attisdropped
          UNION ALL SELECT oid, NULL, NULL FROM pg_catalog.pg_class) a ON a.attrelid = c.oid
       WHERE n.nspname = ? AND c.relkind = 'r'""";

  public Initialised {
    added = List.copyOf(added);
  }

  /** The tables and columns of a schema. */
  static SortedSet<String> parts(Connection connection, String schema) throws SQLException {
    SortedSet<String> parts = new TreeSet<>();
    try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
      statement.setString(1, schema);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          parts.add(rows.getString(1));
        }
      }
    }
    return parts;
  }

  static Initialised of(Side side, SortedSet<String> before, SortedSet<String> after) {
    if (before.isEmpty()) {
      return new Initialised(side, true, List.of());
    }
    List<String> added =
        after.stream()
            .filter(part -> !before.contains(part))
            // The columns of a new table are part of it.
            .filter(part -> !part.contains(".") || before.contains(table(part)))
            .toList();
    return new Initialised(side, false, added);
  }

  private static String table(String column) {
    return column.substring(0, column.indexOf('.'));
  }
}
