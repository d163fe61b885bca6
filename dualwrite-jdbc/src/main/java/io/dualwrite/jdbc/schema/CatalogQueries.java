package io.dualwrite.jdbc.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One query for each kind of thing in the catalog, over all user schemas. */
final class CatalogQueries {
  private static final String USER_CLASSES =
      "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND "
          + CatalogFingerprint.USER_SCHEMAS
          + " ";

  /**
   * Names of columns, in the order of an array of attribute numbers of the table whose oid is
   * {@code %2$s}.
   */
  private static final String NAMES =
      """
      (SELECT array_agg(a.attname::text ORDER BY u.pos) FROM unnest(%1$s) WITH ORDINALITY u(num, pos)
         JOIN pg_catalog.pg_attribute a ON a.attrelid = %2$s AND a.attnum = u.num WHERE u.pos <= %3$s)""";

  private final Connection connection;
  private final String controlSchema;

  CatalogQueries(Connection connection, String controlSchema) {
    this.connection = connection;
    this.controlSchema = controlSchema;
  }

  /** Child to parents, for partitions and for plain inheritance. */
  Map<Long, List<Long>> parents() throws SQLException {
    Map<Long, List<Long>> parents = new HashMap<>();
    forEach(
        "SELECT h.inhrelid, h.inhparent FROM pg_catalog.pg_inherits h JOIN "
            + USER_CLASSES
            + "ON c.oid = h.inhrelid WHERE c.relkind IN ('r', 'p', 'f')",
        row -> parents.computeIfAbsent(row.getLong(1), c -> new ArrayList<>()).add(row.getLong(2)));
    return parents;
  }

  /** Every relation that a statement can name. */
  Map<Long, Relation> relations(Map<Long, List<Long>> parents) throws SQLException {
    Map<Long, Set<Long>> reads = new HashMap<>();
    forEach(
        """
        SELECT DISTINCT r.ev_class, d.refobjid FROM pg_catalog.pg_rewrite r
          JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
            AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> r.ev_class
          JOIN %s ON c.oid = r.ev_class WHERE r.rulename = '_RETURN'"""
            .formatted(USER_CLASSES),
        row -> reads.computeIfAbsent(row.getLong(1), v -> new HashSet<>()).add(row.getLong(2)));
    Map<Long, Relation> relations = new LinkedHashMap<>();
    forEach(
        """
        SELECT c.oid, n.nspname, c.relname, c.relkind, c.relispartition,
          EXISTS (SELECT FROM pg_catalog.pg_rewrite r
                  WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN' AND r.ev_enabled <> 'D')
          OR c.relkind = 'v' AND EXISTS (SELECT FROM pg_catalog.pg_trigger t
                  WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgtype & 64 <> 0)
        FROM %s WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') ORDER BY n.nspname, c.relname"""
            .formatted(USER_CLASSES),
        row -> {
          long oid = row.getLong(1);
          relations.put(
              oid,
              new Relation(
                  oid,
                  new TableName(row.getString(2), row.getString(3)),
                  RelationKind.of(row.getString(4).charAt(0)),
                  row.getBoolean(5) ? root(oid, parents) : oid,
                  reads.getOrDefault(oid, Set.of()),
                  row.getBoolean(6)));
        });
    return relations;
  }

  /** A partition has one parent. */
  private static long root(long partition, Map<Long, List<Long>> parents) {
    long root = partition;
    for (List<Long> parent = parents.get(root); parent != null; parent = parents.get(root)) {
      root = parent.get(0);
    }
    return root;
  }

  /** The columns of every table, in order. */
  Map<Long, List<Column>> columns() throws SQLException {
    Map<Long, List<Column>> columns = new HashMap<>();
    forEach(
        """
        WITH RECURSIVE dom(oid, base, required, filled) AS (
          SELECT t.oid, t.typbasetype, t.typnotnull, t.typdefault IS NOT NULL
          FROM pg_catalog.pg_type t WHERE t.typtype = 'd'
          UNION ALL
          SELECT d.oid, t.typbasetype, d.required OR t.typnotnull, d.filled OR t.typdefault IS NOT NULL
          FROM dom d JOIN pg_catalog.pg_type t ON t.oid = d.base WHERE t.typtype = 'd'),
        bottom AS (SELECT DISTINCT ON (d.oid) d.* FROM dom d JOIN pg_catalog.pg_type t ON t.oid = d.base
          WHERE t.typtype <> 'd')
        SELECT a.attrelid, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), t.typname, t.typtype,
          a.attnotnull AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint v WHERE v.conrelid = a.attrelid
            AND v.contype = 'n' AND v.conkey[1] = a.attnum AND NOT v.convalidated),
          a.attidentity, a.attgenerated, coalesce(l.collisdeterministic, true), pg_catalog.format_type(t.oid, -1),
          (a.attnotnull OR coalesce(b.required, false))
            AND NOT a.atthasdef AND a.attidentity = '' AND NOT coalesce(b.filled, false)
        FROM pg_catalog.pg_attribute a JOIN %s ON c.oid = a.attrelid
          LEFT JOIN bottom b ON b.oid = a.atttypid
          JOIN pg_catalog.pg_type t ON t.oid = coalesce(b.base, a.atttypid)
          LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attrelid, a.attnum"""
            .formatted(USER_CLASSES),
        row ->
            columns
                .computeIfAbsent(row.getLong(1), t -> new ArrayList<>())
                .add(
                    new Column(
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5).charAt(0),
                        row.getBoolean(6),
                        generation(row.getString(7), row.getString(8)),
                        row.getBoolean(9),
                        row.getString(10),
                        row.getBoolean(11))));
    return columns;
  }

  private static Column.Generation generation(String identity, String generated) {
    if (!generated.isEmpty()) {
      return Column.Generation.COMPUTED;
    }
    return switch (identity) {
      case "a" -> Column.Generation.IDENTITY_ALWAYS;
      case "d" -> Column.Generation.IDENTITY_BY_DEFAULT;
      default -> Column.Generation.NONE;
    };
  }

  /**
   * Unique indexes over all rows and plain columns. One that compares under another collation than
   * its nondeterministic column is left out: the column's own equality may hold rows for equal that
   * the index tells apart. So is a temporal key (without overlaps).
   */
  Map<Long, List<UniqueKey>> uniqueKeys(Map<Long, List<Column>> columns) throws SQLException {
    Map<Long, List<UniqueKey>> keys = new HashMap<>();
    forEach(
        """
        SELECT i.indrelid, x.relname, %s, i.indisprimary, i.indimmediate
        FROM pg_catalog.pg_index i JOIN %s ON c.oid = i.indrelid JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
        WHERE i.indisunique AND i.indisvalid AND i.indislive AND NOT i.indisexclusion AND i.indpred IS NULL AND i.indexprs IS NULL
          AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND NOT EXISTS (SELECT FROM unnest(i.indkey::int2[], i.indcollation::oid[]) k(num, coll)
            JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num
            JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
            WHERE NOT l.collisdeterministic AND k.coll <> 0 AND k.coll <> a.attcollation)
        ORDER BY i.indrelid, i.indisprimary DESC, i.indnkeyatts, x.relname"""
            .formatted(NAMES.formatted("i.indkey", "i.indrelid", "i.indnkeyatts"), USER_CLASSES),
        row -> {
          List<String> names = strings(row, 3);
          boolean notNull =
              columns.getOrDefault(row.getLong(1), List.of()).stream()
                  .filter(c -> names.contains(c.name()))
                  .allMatch(Column::notNull);
          keys.computeIfAbsent(row.getLong(1), t -> new ArrayList<>())
              .add(
                  new UniqueKey(
                      row.getString(2), names, row.getBoolean(4), notNull, row.getBoolean(5)));
        });
    return keys;
  }

  /**
   * Foreign keys by their table, those that partitions inherit left out; both ends lead to the
   * partitioned table.
   */
  Map<Long, List<ForeignKey>> foreignKeys(Map<Long, Relation> relations) throws SQLException {
    Map<Long, List<ForeignKey>> foreignKeys = new HashMap<>();
    forEach(
        """
        SELECT k.conrelid, k.conname, %s, k.confrelid, %s, k.condeferrable, k.confdeltype, k.confupdtype
        FROM pg_catalog.pg_constraint k JOIN %s ON c.oid = k.conrelid
        WHERE k.contype = 'f' AND k.conparentid = 0 ORDER BY k.conrelid, k.conname"""
            .formatted(
                NAMES.formatted("k.conkey", "k.conrelid", "cardinality(k.conkey)"),
                NAMES.formatted("k.confkey", "k.confrelid", "cardinality(k.conkey)"),
                USER_CLASSES),
        row -> {
          Relation child = relations.get(row.getLong(1));
          Relation parent = relations.get(row.getLong(4));
          Relation parentRoot = parent == null ? null : relations.get(parent.root());
          if (child == null || parentRoot == null) {
            return;
          }
          foreignKeys
              .computeIfAbsent(child.root(), t -> new ArrayList<>())
              .add(
                  new ForeignKey(
                      row.getString(2),
                      strings(row, 3),
                      parentRoot.name(),
                      strings(row, 5),
                      row.getBoolean(6),
                      row.getString(7).charAt(0),
                      row.getString(8).charAt(0)));
        });
    return foreignKeys;
  }

  /** The first partitioning column of tables partitioned by range. */
  Map<Long, String> partitionColumns() throws SQLException {
    Map<Long, String> columns = new HashMap<>();
    forEach(
        """
        SELECT p.partrelid, a.attname FROM pg_catalog.pg_partitioned_table p JOIN %s ON c.oid = p.partrelid
          JOIN pg_catalog.pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
        WHERE p.partstrat = 'r' AND NOT c.relispartition"""
            .formatted(USER_CLASSES),
        row -> columns.put(row.getLong(1), row.getString(2)));
    return columns;
  }

  /** The time columns of hypertables; none where TimescaleDB is not installed. */
  Map<TableName, String> hypertables() throws SQLException {
    Map<TableName, String> columns = new HashMap<>();
    List<Boolean> installed = new ArrayList<>();
    forEach(
        "SELECT true FROM pg_catalog.pg_extension WHERE extname = 'timescaledb'",
        row -> installed.add(true));
    if (!installed.isEmpty()) {
      forEach(
          """
          SELECT hypertable_schema, hypertable_name, column_name FROM timescaledb_information.dimensions
          WHERE dimension_number = 1""",
          row -> columns.put(new TableName(row.getString(1), row.getString(2)), row.getString(3)));
    }
    return columns;
  }

  /** Names of enabled triggers of users; those that capture are none. */
  Map<Long, List<String>> triggers() throws SQLException {
    Map<Long, List<String>> triggers = new HashMap<>();
    forEach(
        """
        SELECT t.tgrelid, t.tgname FROM pg_catalog.pg_trigger t JOIN %s ON c.oid = t.tgrelid
          JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid JOIN pg_catalog.pg_namespace f ON f.oid = p.pronamespace
        WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND NOT c.relispartition AND f.nspname !~ '^_timescaledb_'
          AND f.nspname <> %s
        ORDER BY t.tgrelid, t.tgname"""
            .formatted(USER_CLASSES, Identifiers.literal(controlSchema)),
        row ->
            triggers.computeIfAbsent(row.getLong(1), t -> new ArrayList<>()).add(row.getString(2)));
    return triggers;
  }

  /** Names of volatile functions and procedures that belong to no extension. */
  Set<String> writingFunctions() throws SQLException {
    Set<String> names = new HashSet<>();
    forEach(
        """
        SELECT DISTINCT p.proname FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
        WHERE p.provolatile = 'v' AND p.prokind IN ('f', 'p')
          AND p.prorettype NOT IN ('pg_catalog.trigger'::pg_catalog.regtype, 'pg_catalog.event_trigger'::pg_catalog.regtype)
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
            AND d.objid = p.oid AND d.deptype = 'e')
          AND %s"""
            .formatted(CatalogFingerprint.USER_SCHEMAS),
        row -> names.add(row.getString(1)));
    return names;
  }

  /**
   * Names of volatile functions that may be called like a column, {@code row.name}, where no table
   * has a column of that name.
   */
  Set<String> writingAttributes(Map<Long, List<Column>> columns) throws SQLException {
    Set<String> names = new HashSet<>();
    forEach(
        """
        SELECT DISTINCT p.proname FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
          JOIN pg_catalog.pg_type t ON t.oid = p.proargtypes[0] AND t.typtype IN ('c', 'p')
        WHERE p.provolatile = 'v' AND p.prokind = 'f' AND p.pronargs - p.pronargdefaults <= 1 AND %s
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
            AND d.objid = p.oid AND d.deptype = 'e')"""
            .formatted(CatalogFingerprint.USER_SCHEMAS),
        row -> names.add(row.getString(1)));
    columns.values().forEach(of -> of.forEach(column -> names.remove(column.name())));
    return names;
  }

  /** Functions and procedures that may change what names mean; see {@link NamingFunctions}. */
  NamingFunctions namingFunctions() throws SQLException {
    NamingFunctions naming = new NamingFunctions();
    while (naming.seekMore()) {
      forEach(
          """
          SELECT p.oid, p.proname, f.source FROM pg_catalog.pg_proc p
            JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
            JOIN pg_catalog.pg_language l ON l.oid = p.prolang AND l.lanname NOT IN ('c', 'internal')
            CROSS JOIN LATERAL (SELECT CASE WHEN p.prosrc = '' THEN pg_catalog.pg_get_functiondef(p.oid) ELSE p.prosrc END) f(source)
          WHERE p.prokind IN ('f', 'p') AND f.source ~* %s AND %s
            AND NOT EXISTS (SELECT FROM unnest(p.proconfig) s WHERE s LIKE 'search_path=%%')"""
              .formatted(Identifiers.literal(naming.pattern()), CatalogFingerprint.USER_SCHEMAS),
          row -> naming.found(row.getLong(1), row.getString(2), row.getString(3)));
    }
    return naming;
  }

  /** Relations, partitions among them, with an enabled trigger that runs one of some functions. */
  Set<Long> triggeredBy(Set<Long> functions) throws SQLException {
    Set<Long> relations = new HashSet<>();
    if (!functions.isEmpty()) {
      forEach(
          "SELECT t.tgrelid, t.tgfoid FROM pg_catalog.pg_trigger t WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'",
          row -> {
            if (functions.contains(row.getLong(2))) {
              relations.add(row.getLong(1));
            }
          });
    }
    return relations;
  }

  /** Sequences of {@code serial} and identity columns, and those declared to be owned. */
  List<OwnedSequence> sequences() throws SQLException {
    List<OwnedSequence> sequences = new ArrayList<>();
    forEach(
        """
        SELECT sn.nspname, s.relname, n.nspname, c.relname, a.attname FROM pg_catalog.pg_depend d
          JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
          JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
          JOIN %s ON c.oid = d.refobjid
          JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = d.classid AND d.deptype IN ('a', 'i')
        ORDER BY 1, 2"""
            .formatted(USER_CLASSES),
        row ->
            sequences.add(
                new OwnedSequence(
                    new TableName(row.getString(1), row.getString(2)),
                    new TableName(row.getString(3), row.getString(4)),
                    row.getString(5))));
    return sequences;
  }

  private static List<String> strings(ResultSet row, int column) throws SQLException {
    return List.of((String[]) row.getArray(column).getArray());
  }

  private void forEach(String sql, RowReader reader) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      // The control schema is the one parameter, wherever user schemas are selected.
      if (sql.indexOf('?') >= 0) {
        query.setString(1, controlSchema);
      }
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          reader.read(rows);
        }
      }
    }
  }

  private interface RowReader {
    void read(ResultSet row) throws SQLException;
  }
}
