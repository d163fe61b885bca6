package io.dualwrite.reconciler.compare;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.ChangedTableException;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a table is still what it was when its comparison began. If not, what was found is of
 * another table, or of some of its columns.
 */
final class Definitions {
  private static final String COLUMNS =
      """
      select attname || ' ' || pg_catalog.format_type(atttypid, atttypmod) from pg_catalog.pg_attribute
       where attrelid = ?::oid and attnum > 0 and not attisdropped order by attnum""";

  private Definitions() {}

  /**
   * Asks both sides.
   *
   * @throws io.dualwrite.reconciler.window.SideReadException naming the side on which it is not
   */
  static void check(Snapshots snapshots, TablePair pair) {
    for (Side side : Side.values()) {
      snapshots.of(pair).on(side, c -> check(c, pair, side));
    }
  }

  private static boolean check(Connection connection, TablePair pair, Side side)
      throws SQLException {
    List<String> columns = new ArrayList<>();
    try (Statement path = connection.createStatement()) {
      // As the catalog was read: types that a path finds are named without their schemas.
      path.execute("SET LOCAL search_path = ''");
    }
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
      statement.setLong(1, pair.on(side).oid());
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          columns.add(result.getString(1));
        }
      }
    }
    if (!columns.equals(
        pair.on(side).columns().stream().map(c -> c.name() + " " + c.type()).toList())) {
      throw ChangedTableException.ofColumns(pair, side);
    }
    return true;
  }
}
