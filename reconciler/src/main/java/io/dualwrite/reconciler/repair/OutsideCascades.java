package io.dualwrite.reconciler.repair;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TableName;
import io.dualwrite.reconciler.checksum.ComparedTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tables of the target of which nobody knows whether their rows are extra, and whose rows a delete
 * would take along by {@code ON DELETE CASCADE}: those that are not mirrored, or have no key.
 */
public final class OutsideCascades {
  private static final String REACHED =
      """
      with recursive reached(oid, conname) as (
        select conrelid, conname from pg_catalog.pg_constraint
          where contype = 'f' and confdeltype = 'c' and conparentid = 0 and confrelid = pg_catalog.to_regclass(?)
        union
        select c.conrelid, c.conname from reached r join pg_catalog.pg_constraint c
          on c.confrelid = r.oid and c.contype = 'f' and c.confdeltype = 'c' and c.conparentid = 0)
      select n.nspname, c.relname, r.conname, pg_catalog.has_table_privilege(c.oid, 'SELECT')
        from reached r join pg_catalog.pg_class c on c.oid = r.oid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        order by 1, 2, 3""";

  private OutsideCascades() {}

  private record Reached(TableName table, String constraint, boolean readable) {}

  /**
   * Why nothing may be deleted from a table; empty if it may. Within the running transaction on the
   * target.
   *
   * @param lane the table's
   */
  public static Optional<String> problem(Connection target, ComparedTable table, Lane lane)
      throws SQLException {
    Set<TableName> known =
        lane.tables().stream()
            .filter(t -> !t.key().isEmpty())
            .map(t -> t.on(Side.TARGET).name())
            .collect(Collectors.toSet());
    for (Reached reached : reached(target, table)) {
      if (!known.contains(reached.table()) && hasRows(target, reached)) {
        return Optional.of(
            "extra rows are not deleted: rows of "
                + reached.table()
                + ", which is not compared by key, would go along ("
                + reached.constraint()
                + " is ON DELETE CASCADE)");
      }
    }
    return Optional.empty();
  }

  private static List<Reached> reached(Connection target, ComparedTable table) throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(REACHED)) {
      statement.setString(1, table.from(Side.TARGET));
      try (ResultSet rows = statement.executeQuery()) {
        List<Reached> all = new ArrayList<>();
        while (rows.next()) {
          all.add(
              new Reached(
                  new TableName(rows.getString(1), rows.getString(2)),
                  rows.getString(3),
                  rows.getBoolean(4)));
        }
        return all;
      }
    }
  }

  private static boolean hasRows(Connection target, Reached reached) throws SQLException {
    if (!reached.readable()) {
      return true;
    }
    try (Statement statement = target.createStatement();
        ResultSet row =
            statement.executeQuery("select exists (select from " + reached.table().sql() + ")")) {
      row.next();
      return row.getBoolean(1);
    }
  }
}
