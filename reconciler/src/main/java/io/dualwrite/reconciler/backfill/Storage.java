package io.dualwrite.reconciler.backfill;

import com.google.common.hash.Hashing;
import io.dualwrite.jdbc.schema.Table;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where the rows of a table lie, its partitions and children included. Whatever takes all rows of a
 * file away at once ({@code TRUNCATE}, dropping and creating) leaves another file; so do {@code
 * VACUUM FULL}, {@code CLUSTER} and an {@code ALTER TABLE} that rewrites, which keep the rows: the
 * files alone do not tell which it was. The files of indexes are not part of it.
 *
 * @param files by the relation's oid
 */
public record Storage(SortedMap<Long, String> files) {
  /** An unlogged table is emptied, in its file, when its server crashes. */
  private static final String QUERY =
      """
      WITH RECURSIVE parts(oid) AS (
        SELECT ?::oid UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN parts p ON i.inhparent = p.oid)
      SELECT c.oid, coalesce(pg_catalog.pg_relation_filenode(c.oid), 0)
          || CASE c.relpersistence WHEN 'u' THEN ' ' || extract(epoch FROM pg_catalog.pg_postmaster_start_time()) ELSE '' END
        FROM parts JOIN pg_catalog.pg_class c ON c.oid = parts.oid WHERE c.relkind <> 'p'""";

  public Storage {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  /** As it is at present, whatever snapshot the transaction has. */
  public static Storage read(Connection connection, Table table) throws SQLException {
    SortedMap<Long, String> files = new TreeMap<>();
    try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
      statement.setLong(1, table.oid());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          files.put(rows.getLong(1), rows.getString(2));
        }
      }
    }
    return new Storage(files);
  }

  /** Whether everything of {@code before} is where it was; there may be more. */
  public boolean holds(Storage before) {
    for (Map.Entry<Long, String> file : before.files.entrySet()) {
      if (!file.getValue().equals(files.get(file.getKey()))) {
        return false;
      }
    }
    return true;
  }

  /** A short text that is the same for the same files. */
  String text() {
    return Hashing.sha256()
        .hashString(files.toString(), StandardCharsets.UTF_8)
        .toString()
        .substring(0, 32);
  }
}
