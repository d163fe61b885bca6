package io.dualwrite.reconciler.backfill;

import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.jdbc.schema.Table;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of a target's table may be dropped while it is loaded ({@code docs/decisions/049}).
 *
 * @param parts foreign keys first
 * @param left why all of it stays; empty if it does not
 */
record Deferrable(List<Deferred> parts, Optional<String> left) {

  /** Definitions are read so that they mean the same whatever the search path is. */
  static final String NAMES_WITH_SCHEMA =
      "SELECT pg_catalog.set_config('search_path', 'pg_catalog', true)";

  private static final String WHY =
      """
      SELECT CASE
        WHEN c.relkind = 'p' THEN 'is partitioned'
        WHEN c.relispartition THEN 'is a partition'
        WHEN EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent)) THEN 'has a parent or children'
        END FROM pg_catalog.pg_class c WHERE c.oid = ?""";

  private static final String HYPERTABLES =
      "SELECT pg_catalog.to_regclass('timescaledb_information.hypertables') IS NOT NULL";
  private static final String HYPERTABLE =
      "SELECT 'is a hypertable' FROM timescaledb_information.hypertables h JOIN pg_catalog.pg_class c ON c.relname = h.hypertable_name"
          + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = h.hypertable_schema WHERE c.oid = ?";

  /** What cannot be made again as it is: it belongs to an extension, or has a security label. */
  private static final String BOUND =
      """
      EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = {class} AND d.objid = {oid} AND d.deptype IN ('e', 'x'))
      OR EXISTS (SELECT FROM pg_catalog.pg_seclabel s WHERE s.classoid = {class} AND s.objoid = {oid})""";

  private static final String INDEXES =
      """
      SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), pg_catalog.pg_get_indexdef(i.indexrelid), a.attname, s.spcname,
          pg_catalog.obj_description(c.oid, 'pg_class'), i.indisclustered,
          ARRAY(SELECT x.attnum || ' SET STATISTICS ' || x.attstattarget FROM pg_catalog.pg_attribute x
            WHERE x.attrelid = c.oid AND x.attstattarget >= 0 ORDER BY x.attnum)
        FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i'
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
        LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] AND a.attnum > 0
       WHERE i.indrelid = ? AND i.indisvalid AND NOT i.indisunique AND NOT i.indisexclusion AND NOT i.indisreplident
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid)
         AND (s.oid IS NULL OR pg_catalog.has_tablespace_privilege(s.oid, 'CREATE'))
         AND NOT ({bound})
       ORDER BY c.relname"""
          .replace(
              "{bound}",
              BOUND.replace("{class}", "'pg_class'::regclass").replace("{oid}", "c.oid"));

  private static final String FOREIGN_KEYS =
      """
      SELECT k.conname, pg_catalog.pg_get_constraintdef(k.oid),
          k.convalidated AND k.confdeltype IN ('a', 'r') AND k.confupdtype IN ('a', 'r') AND k.conislocal AND k.coninhcount = 0
            AND k.conparentid = 0 AND pg_catalog.has_table_privilege(k.confrelid, 'REFERENCES')
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled <> 'O')
            AND NOT ({bound}),
          (SELECT a.attname FROM pg_catalog.pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = k.conkey[1]),
          pg_catalog.obj_description(k.oid, 'pg_constraint')
        FROM pg_catalog.pg_constraint k WHERE k.conrelid = ? AND k.contype = 'f' ORDER BY k.conname"""
          .replace(
              "{bound}",
              BOUND.replace("{class}", "'pg_constraint'::regclass").replace("{oid}", "k.oid"));

  Deferrable {
    parts = List.copyOf(parts);
  }

  /**
   * Asks on the target, in a transaction of its own.
   *
   * @param verifiedBy the column by which windows are verified: an index on it stays
   */
  static Deferrable of(Connection target, Table table, Optional<String> verifiedBy)
      throws SQLException {
    Optional<String> left = left(target, table);
    if (left.isPresent()) {
      return new Deferrable(List.of(), left);
    }
    try (Statement statement = target.createStatement()) {
      statement.execute(NAMES_WITH_SCHEMA);
    }
    Set<String> needed = new HashSet<>();
    verifiedBy.ifPresent(needed::add);
    List<Deferred> parts = new ArrayList<>(foreignKeys(target, table, needed));
    parts.addAll(indexes(target, table, needed));
    return new Deferrable(parts, left);
  }

  private static Optional<String> left(Connection target, Table table) throws SQLException {
    Optional<String> why = text(target, WHY, table);
    if (why.isPresent()) {
      return why;
    }
    try (Statement statement = target.createStatement();
        ResultSet row = statement.executeQuery(HYPERTABLES)) {
      row.next();
      if (!row.getBoolean(1)) {
        return why;
      }
    }
    return text(target, HYPERTABLE, table);
  }

  private static Optional<String> text(Connection target, String sql, Table table)
      throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setLong(1, table.oid());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.ofNullable(row.getString(1)) : Optional.empty();
      }
    }
  }

  /** The first columns of those that stay are added to {@code needed}. */
  private static List<Deferred> foreignKeys(Connection target, Table table, Set<String> needed)
      throws SQLException {
    List<Deferred> found = new ArrayList<>();
    try (PreparedStatement statement = target.prepareStatement(FOREIGN_KEYS)) {
      statement.setLong(1, table.oid());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          if (!rows.getBoolean(3)) {
            needed.add(rows.getString(4));
            continue;
          }
          String name = rows.getString(1);
          List<String> then = new ArrayList<>();
          comment(
              "CONSTRAINT " + Identifiers.quote(name) + " ON " + table.name().sql(),
              rows.getString(5),
              then);
          found.add(
              new Deferred(
                  table.name(),
                  Deferred.Kind.FOREIGN_KEY,
                  name,
                  new Definition(rows.getString(2), Optional.empty(), false, then)));
        }
      }
    }
    return found;
  }

  private static List<Deferred> indexes(Connection target, Table table, Set<String> needed)
      throws SQLException {
    List<Deferred> found = new ArrayList<>();
    try (PreparedStatement statement = target.prepareStatement(INDEXES)) {
      statement.setLong(1, table.oid());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          String first = rows.getString(3);
          if (first != null && needed.contains(first)) {
            continue;
          }
          String name = rows.getString(1);
          List<String> then = new ArrayList<>();
          comment("INDEX " + name, rows.getString(5), then);
          Array targets = rows.getArray(7);
          Arrays.stream((Object[]) targets.getArray())
              .forEach(t -> then.add("ALTER INDEX " + name + " ALTER COLUMN " + t));
          found.add(
              new Deferred(
                  table.name(),
                  Deferred.Kind.INDEX,
                  name,
                  new Definition(
                      rows.getString(2),
                      Optional.ofNullable(rows.getString(4)),
                      rows.getBoolean(6),
                      then)));
        }
      }
    }
    return found;
  }

  private static void comment(String what, @Nullable String text, List<String> then) {
    if (text != null) {
      then.add("COMMENT ON " + what + " IS " + Identifiers.literal(text));
    }
  }
}
