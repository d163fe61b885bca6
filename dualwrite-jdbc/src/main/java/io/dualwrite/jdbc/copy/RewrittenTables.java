package io.dualwrite.jdbc.copy;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;

/**
 * Whether rows that were not found in a snapshot are really gone. A table that is rewritten or
 * emptied (a column's type, {@code TRUNCATE}) between a snapshot and the reading of its rows shows
 * none of them in that snapshot: to delete them on the secondary would lose them, and no entry
 * would bring them back.
 *
 * <p>The catalog, read in the snapshot, tells where the rows lay then; the server's own function
 * tells where they lie now. Whoever has read a table keeps it from being rewritten until the end of
 * the transaction, so that this may be asked later.
 */
public final class RewrittenTables {
  private static final String QUERY =
      """
      SELECT n.place FROM pg_catalog.unnest(?::text[]) WITH ORDINALITY n(name, place)
        LEFT JOIN pg_catalog.pg_class t ON t.oid = pg_catalog.to_regclass(n.name)
       WHERE t.oid IS NULL OR t.relfilenode IS DISTINCT FROM coalesce(pg_catalog.pg_relation_filenode(t.oid), 0)
          OR EXISTS (WITH RECURSIVE child(oid) AS (SELECT inhrelid FROM pg_catalog.pg_inherits WHERE inhparent = t.oid
                  UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN child ON i.inhparent = child.oid)
              SELECT FROM child JOIN pg_catalog.pg_class c ON c.oid = child.oid
              WHERE c.relfilenode IS DISTINCT FROM coalesce(pg_catalog.pg_relation_filenode(c.oid), 0))
       ORDER BY n.place LIMIT 1""";

  private RewrittenTables() {}

  /**
   * Asks on the connection that has read them, in the snapshot.
   *
   * @throws ChangedTableException if one of them is not where it was
   */
  public static void check(Connection connection, Side side, Collection<TablePair> tables)
      throws SQLException {
    if (tables.isEmpty()) {
      return;
    }
    Object[] names = tables.stream().map(t -> t.on(side).name().sql()).toArray();
    try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
      statement.setArray(1, connection.createArrayOf("text", names));
      try (ResultSet rows = statement.executeQuery()) {
        if (rows.next()) {
          throw ChangedTableException.ofRows((String) names[rows.getInt(1) - 1]);
        }
      }
    }
  }
}
