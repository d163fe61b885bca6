package io.dualwrite.jdbc.copy;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What rows that were sent as they come rest on: that the types are still those by which the binary
 * format was chosen, and that the secondary would have refused a row that it has. What is known of
 * the tables may be older than both.
 */
final class StreamFacts {
  private static final String TYPES =
      """
      SELECT coalesce(string_agg(t.typname, ',' ORDER BY c.n), '') FROM pg_catalog.unnest(?::text[]) WITH ORDINALITY c(name, n)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = pg_catalog.to_regclass(?) AND a.attname = c.name AND NOT a.attisdropped
        JOIN pg_catalog.pg_type t ON t.oid = a.atttypid""";

  private static final String UNIQUE =
      """
      SELECT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = pg_catalog.to_regclass(?)
        AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
        AND (SELECT array_agg(a.attname::text ORDER BY a.attname::text) FROM pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY k(attnum, n)
              JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum WHERE k.n <= i.indnkeyatts)
          = (SELECT array_agg(n ORDER BY n) FROM pg_catalog.unnest(?::text[]) n))""";

  private StreamFacts() {}

  /**
   * Asks both servers, behind the copying.
   *
   * @throws ChangedTableException if it does not hold any more; nothing may be kept then
   */
  static void check(TablePair pair, Side primary, Connection from, Connection to, boolean binary)
      throws SQLException {
    if (binary) {
      types(pair, primary, from);
      types(pair, primary.other(), to);
    }
    Side secondary = primary.other();
    Object[] key = pair.key().stream().map(c -> c.on(secondary).name()).toArray();
    try (PreparedStatement statement = to.prepareStatement(UNIQUE)) {
      statement.setString(1, pair.on(secondary).name().sql());
      statement.setArray(2, to.createArrayOf("text", key));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        if (!row.getBoolean(1)) {
          throw ChangedTableException.ofDefinition(pair, secondary);
        }
      }
    }
  }

  private static void types(TablePair pair, Side side, Connection connection) throws SQLException {
    List<Column> columns = pair.columnsOn(side);
    try (PreparedStatement statement = connection.prepareStatement(TYPES)) {
      Object[] names = columns.stream().map(Column::name).toArray();
      statement.setArray(1, connection.createArrayOf("text", names));
      statement.setString(2, pair.on(side).name().sql());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        String known = columns.stream().map(Column::baseType).collect(Collectors.joining(","));
        if (!row.getString(1).equals(known)) {
          throw ChangedTableException.ofDefinition(pair, side);
        }
      }
    }
  }
}
