package io.dualwrite.reconciler.inspect;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.Control;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.schema.Table;
import io.dualwrite.reconciler.inspect.SideFacts.ControlFacts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads {@link SideFacts}, in a handful of queries however many tables there are. */
final class SideQueries {
  private static final String SERVER =
      """
      SELECT current_setting('server_version'), current_setting('server_version_num')::int, d.datname, current_user,
        pg_encoding_to_char(d.encoding),
        CASE WHEN to_jsonb(d) ->> 'datlocprovider' IN ('i', 'b')
          THEN coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', '?')
            || CASE to_jsonb(d) ->> 'datlocprovider' WHEN 'i' THEN ' (icu)' ELSE ' (builtin)' END
          ELSE d.datcollate || CASE WHEN d.datctype <> d.datcollate THEN '/' || d.datctype ELSE '' END || ' (libc)' END,
        coalesce(to_jsonb(d) ->> 'datcollversion', ''),
        coalesce((SELECT array_agg(DISTINCT split_part(c, '=', 1)) FROM pg_db_role_setting s, unnest(s.setconfig) c
          WHERE s.setdatabase IN (0, d.oid) AND s.setrole IN (0, r.oid)), '{}'),
        least(current_setting('max_connections')::int
            - CASE WHEN r.rolsuper THEN 0 ELSE current_setting('superuser_reserved_connections')::int
                + coalesce(current_setting('reserved_connections', true), '0')::int END,
          nullif(d.datconnlimit, -1), nullif(r.rolconnlimit, -1)),
        (SELECT count(*) FROM pg_stat_activity a WHERE a.datid IS NOT NULL
          AND coalesce(a.application_name, '') <> 'dualwrite reconciler'),
        current_setting('max_prepared_transactions')::int, pg_is_in_recovery(),
        (SELECT reset_val = 'on' FROM pg_settings WHERE name = 'default_transaction_read_only'),
        current_setting('synchronous_commit') = 'off',
        (SELECT count(*) FROM pg_stat_replication p WHERE p.sync_state = 'async'),
        has_database_privilege(d.oid, 'CREATE'), has_database_privilege(d.oid, 'TEMPORARY'),
        EXISTS (SELECT FROM pg_largeobject_metadata), pg_postmaster_start_time()::text
      FROM pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = current_user""";

  private static final String COLUMNS_WITHOUT =
      """
      coalesce((SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
        AND NOT a.attisdropped AND NOT has_column_privilege(c.oid, a.attnum, '%s')), '{}')""";

  private static final String RELATIONS =
      """
      WITH RECURSIVE parts(root, oid) AS (
        SELECT t, t FROM unnest(?::oid[]) t UNION SELECT p.root, i.inhrelid FROM parts p JOIN pg_inherits i ON i.inhparent = p.oid),
      whole AS (
        SELECT p.root, bool_or(k.relpersistence = 'u') AS unlogged, bool_and(k.reltuples < 0) AS uncounted,
          sum(greatest(k.reltuples, 0)) FILTER (WHERE k.relkind <> 'p')::int8 AS counted,
          coalesce(array_agg(pg_get_expr(k.relpartbound, k.oid) ORDER BY pg_get_expr(k.relpartbound, k.oid))
            FILTER (WHERE k.relispartition), '{}') AS bounds
        FROM parts p JOIN pg_class k ON k.oid = p.oid GROUP BY p.root)
      SELECT c.oid, w.unlogged, row_security_active(c.oid), pg_get_userbyid(c.relowner), pg_has_role(c.relowner, 'USAGE'),
        has_schema_privilege(c.relnamespace, 'USAGE'), %s, %s, %s, has_table_privilege(c.oid, 'DELETE'),
        CASE WHEN w.uncounted THEN -1 ELSE w.counted END, w.bounds, 'DEFAULT' = ANY (w.bounds)
      FROM whole w JOIN pg_class c ON c.oid = w.root"""
          .formatted(
              COLUMNS_WITHOUT.formatted("SELECT"),
              COLUMNS_WITHOUT.formatted("INSERT"),
              COLUMNS_WITHOUT.formatted("UPDATE"));

  private static final String INDEXES =
      """
      SELECT i.indrelid, x.relname,
        (SELECT array_agg(coalesce(a.attname::text, '') ORDER BY k.pos) FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(num, pos)
          LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num WHERE k.pos <= i.indnkeyatts),
        m.amname, i.indisunique, i.indpred IS NOT NULL
      FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam
      WHERE i.indrelid = ANY (?::oid[]) AND i.indisvalid AND i.indislive ORDER BY i.indrelid, x.relname""";

  private static final String CHECKS =
      """
      SELECT conrelid, conname, pg_get_constraintdef(oid) FROM pg_constraint
      WHERE conrelid = ANY (?::oid[]) AND contype IN ('c', 'x') ORDER BY conname""";

  private static final String COMPUTED =
      """
      SELECT d.adrelid, a.attname, pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d
        JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum AND a.attgenerated <> ''
      WHERE d.adrelid = ANY (?::oid[])""";

  private static final String ENUMS =
      """
      SELECT format_type(enumtypid, -1), array_agg(enumlabel::text ORDER BY enumsortorder)
      FROM pg_enum GROUP BY enumtypid""";

  private static final String LOOSE_SEQUENCES =
      """
      SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'S' AND n.nspname <> ? AND n.nspname !~ '^(pg_|_?timescaledb_)'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
          AND d.deptype IN ('a', 'i', 'e')) ORDER BY 1""";

  /** Privileges that {@link ControlSchema#grants} would give. */
  private static final String CONTROL =
      """
      SELECT 'USAGE ON SCHEMA ' || quote_ident(n.nspname) FROM pg_namespace n
        WHERE n.nspname = ? AND NOT has_schema_privilege(n.oid, 'USAGE')
      UNION ALL
      SELECT string_agg(p, ', ' ORDER BY o) || ' ON ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
          unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) WITH ORDINALITY u(p, o)
        WHERE n.nspname = ? AND c.relkind = 'r' AND NOT has_table_privilege(c.oid, p) GROUP BY n.nspname, c.relname""";

  private final Connection connection;
  private final MigrationConfig config;

  SideQueries(Connection connection, MigrationConfig config) {
    this.connection = connection;
    this.config = config;
  }

  /** Reads it all within the running transaction. */
  SideFacts read() throws SQLException {
    String schema = config.journal().schema();
    Catalog catalog = Catalog.read(connection, schema);
    try (var path =
        connection.prepareStatement("SELECT pg_catalog.set_config('search_path', '', true)")) {
      path.executeQuery().close();
    }
    Object[] tables = catalog.tables().stream().map(Table::oid).toArray();
    return new SideFacts(
        catalog,
        server(),
        relations(tables),
        indexes(tables),
        texts(CHECKS, tables),
        enums(),
        texts(COMPUTED, tables),
        extensions(),
        list("SELECT name FROM pg_catalog.pg_available_extensions"),
        list(LOOSE_SEQUENCES, schema),
        control(schema));
  }

  private ServerFacts server() throws SQLException {
    List<ServerFacts> servers = new ArrayList<>();
    each(
        SERVER,
        q -> {},
        r ->
            servers.add(
                new ServerFacts(
                    r.getString(1).replaceFirst(" .*", ""),
                    r.getInt(2),
                    r.getString(3),
                    r.getString(4),
                    r.getString(5),
                    r.getString(6),
                    r.getString(7),
                    strings(r, 8),
                    r.getInt(9),
                    r.getInt(10),
                    r.getInt(11),
                    r.getBoolean(12),
                    r.getBoolean(13),
                    r.getBoolean(14),
                    r.getInt(15),
                    r.getBoolean(16),
                    r.getBoolean(17),
                    r.getBoolean(18),
                    r.getString(19))));
    return servers.get(0);
  }

  private Map<Long, RelationFacts> relations(Object[] tables) throws SQLException {
    Map<Long, RelationFacts> relations = new HashMap<>();
    each(
        RELATIONS,
        q -> q.setArray(1, connection.createArrayOf("int8", tables)),
        r ->
            relations.put(
                r.getLong(1),
                new RelationFacts(
                    r.getLong(1),
                    r.getBoolean(2),
                    r.getBoolean(3),
                    r.getString(4),
                    r.getBoolean(5),
                    r.getBoolean(6),
                    strings(r, 7),
                    strings(r, 8),
                    strings(r, 9),
                    r.getBoolean(10),
                    r.getLong(11),
                    strings(r, 12),
                    r.getBoolean(13))));
    return relations;
  }

  private Map<Long, List<IndexFacts>> indexes(Object[] tables) throws SQLException {
    Map<Long, List<IndexFacts>> indexes = new HashMap<>();
    each(
        INDEXES,
        q -> q.setArray(1, connection.createArrayOf("int8", tables)),
        r ->
            indexes
                .computeIfAbsent(r.getLong(1), t -> new ArrayList<>())
                .add(
                    new IndexFacts(
                        r.getString(2),
                        strings(r, 3),
                        r.getString(4),
                        r.getBoolean(5),
                        r.getBoolean(6))));
    return indexes;
  }

  /** Texts by name, by the table's oid. */
  private Map<Long, Map<String, String>> texts(String sql, Object[] tables) throws SQLException {
    Map<Long, Map<String, String>> texts = new HashMap<>();
    each(
        sql,
        q -> q.setArray(1, connection.createArrayOf("int8", tables)),
        r ->
            texts
                .computeIfAbsent(r.getLong(1), t -> new TreeMap<>())
                .put(r.getString(2), r.getString(3)));
    return texts;
  }

  private Map<String, List<String>> enums() throws SQLException {
    Map<String, List<String>> enums = new HashMap<>();
    each(ENUMS, q -> {}, r -> enums.put(r.getString(1), strings(r, 2)));
    return enums;
  }

  private Map<String, String> extensions() throws SQLException {
    Map<String, String> extensions = new TreeMap<>();
    each(
        "SELECT extname, extversion FROM pg_catalog.pg_extension",
        q -> {},
        r -> extensions.put(r.getString(1), r.getString(2)));
    return extensions;
  }

  private ControlFacts control(String schema) throws SQLException {
    List<String> missing = list(CONTROL, schema, schema);
    boolean begun = ControlSchema.hasControl(connection, schema);
    boolean readable =
        begun
            && missing.stream()
                .noneMatch(
                    m -> m.startsWith("USAGE") || (m.contains("SELECT") && m.endsWith(".control")));
    Optional<Control.State> state =
        readable ? new Control(schema).read(connection, config.migration()) : Optional.empty();
    return new ControlFacts(begun, ControlSchema.exists(connection, schema), missing, state);
  }

  private List<String> list(String sql, String... parameters) throws SQLException {
    List<String> found = new ArrayList<>();
    each(
        sql,
        q -> {
          for (int i = 0; i < parameters.length; i++) {
            q.setString(i + 1, parameters[i]);
          }
        },
        r -> found.add(r.getString(1)));
    return found;
  }

  private static List<String> strings(ResultSet row, int column) throws SQLException {
    return List.of((String[]) row.getArray(column).getArray());
  }

  private interface Setting {
    void on(PreparedStatement query) throws SQLException;
  }

  private interface Row {
    void read(ResultSet row) throws SQLException;
  }

  private void each(String sql, Setting parameters, Row reader) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      parameters.on(query);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          reader.read(rows);
        }
      }
    }
  }
}
