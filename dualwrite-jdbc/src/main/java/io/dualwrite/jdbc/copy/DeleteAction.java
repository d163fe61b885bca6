package io.dualwrite.jdbc.copy;

import io.dualwrite.jdbc.schema.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a foreign key does by itself to rows of a table when rows that they refer to are deleted,
 * directly or because those go along.
 *
 * @param table the table whose rows go or change; the partitioned one of a partition
 * @param constraint the foreign key
 * @param action {@code pg_constraint.confdeltype}: {@code c} cascade, {@code n} set null, {@code d}
 *     set default
 * @param inherited whether it refers to a table that only inherits from one whose rows are deleted
 * @param affected a query for whether there is a row that refers to any; empty if its table must
 *     not be read
 */
public record DeleteAction(
    TableName table, String constraint, char action, boolean inherited, Optional<String> affected) {

  // A delete goes down to partitions and to what inherits, whose foreign keys are their own.
  private static final String REACHED =
      """
      with recursive reached(rel, con, inherited, goes) as (
        select pg_catalog.to_regclass(?)::pg_catalog.oid, null::pg_catalog.oid, false, true
        union
        select n.* from reached r cross join lateral (
          select h.inhrelid, null::pg_catalog.oid, (r.con is null and r.inherited) or not c.relispartition, true
            from pg_catalog.pg_inherits h join pg_catalog.pg_class c on c.oid = h.inhrelid where h.inhparent = r.rel
          union all
          select k.conrelid, k.oid, r.con is null and r.inherited, k.confdeltype = 'c' from pg_catalog.pg_constraint k
            where k.confrelid = r.rel and k.contype = 'f' and k.confdeltype in ('c', 'n', 'd')) n
        where r.goes)
      select distinct n.nspname, t.relname, k.conname, k.confdeltype, r.inherited,
          pg_catalog.has_table_privilege(k.conrelid, 'SELECT'),
          (select 'select exists (select from ' || k.conrelid::pg_catalog.regclass || ' where '
              || pg_catalog.string_agg(pg_catalog.quote_ident(a.attname) || ' is not null', ' and ' order by a.attnum) || ')'
            from pg_catalog.pg_attribute a where a.attrelid = k.conrelid and a.attnum = any (k.conkey))
        from reached r join pg_catalog.pg_constraint k on k.oid = r.con
          join pg_catalog.pg_class t on t.oid = coalesce(pg_catalog.pg_partition_root(k.conrelid), k.conrelid)
          join pg_catalog.pg_namespace n on n.oid = t.relnamespace
        where not exists (select from reached p where p.con = k.conparentid)
        order by 1, 2, 3""";

  /** All of them, within the running transaction. */
  public static List<DeleteAction> of(Connection connection, TableName deleted)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(REACHED)) {
      statement.setString(1, deleted.sql());
      try (ResultSet rows = statement.executeQuery()) {
        List<DeleteAction> all = new ArrayList<>();
        while (rows.next()) {
          all.add(
              new DeleteAction(
                  new TableName(rows.getString(1), rows.getString(2)),
                  rows.getString(3),
                  rows.getString(4).charAt(0),
                  rows.getBoolean(5),
                  rows.getBoolean(6) ? Optional.of(rows.getString(7)) : Optional.empty()));
        }
        return all;
      }
    }
  }

  /**
   * The first that would do anything to rows of another table if all rows of a table were deleted.
   */
  public static Optional<DeleteAction> ofAll(Connection connection, TableName deleted)
      throws SQLException {
    for (DeleteAction each : of(connection, deleted)) {
      if (!each.table().equals(deleted) && each.hasRows(connection)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  /** Whether there are rows that refer to any others by it; so it is said where nobody may look. */
  public boolean hasRows(Connection connection) throws SQLException {
    if (affected.isEmpty()) {
      return true;
    }
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(affected.get())) {
      row.next();
      return row.getBoolean(1);
    }
  }

  /** What it would do, as in "rows of x … (x_fkey is ON DELETE CASCADE)". */
  public String does() {
    return (action == 'c' ? "would go along (" : "would be changed (")
        + constraint
        + " is ON DELETE "
        + switch (action) {
          case 'c' -> "CASCADE";
          case 'n' -> "SET NULL";
          default -> "SET DEFAULT";
        }
        + ")";
  }
}
