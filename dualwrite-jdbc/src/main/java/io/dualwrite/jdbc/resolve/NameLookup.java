package io.dualwrite.jdbc.resolve;

import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * Asks the server what a name means, inside the application's own transaction. Plain queries of the
 * catalog: unlike {@code to_regclass} they raise no error for a schema that does not exist or may
 * not be used, which would abort that transaction.
 */
final class NameLookup {
  private static final String FOUND =
      "SELECT "
          + EffectivePath.SQL
          + """
      , c.oid, c.nspname, c.relname, c.relkind,
        c.relispartition, c.relpersistence = 't', pg_catalog.has_table_privilege(c.oid, 'SELECT'),
        coalesce((SELECT pg_catalog.has_schema_privilege(jn.oid, 'USAGE') AND pg_catalog.has_table_privilege(j.oid, 'INSERT')
          FROM pg_catalog.pg_class j JOIN pg_catalog.pg_namespace jn ON jn.oid = j.relnamespace
          WHERE jn.nspname = ? AND j.relname = 'journal'), true)
          -- The login's own lack of the privilege is a failure of the journal, seen when it is written.
          OR current_user = session_user
      FROM (SELECT) always LEFT JOIN (%s) c ON true""";

  private static final String BY_PATH =
      FOUND.formatted(
          """
          SELECT r.*, n.nspname FROM unnest(pg_catalog.current_schemas(true)) WITH ORDINALITY s(name, pos)
            JOIN pg_catalog.pg_namespace n ON n.nspname = s.name
            JOIN pg_catalog.pg_class r ON r.relnamespace = n.oid
          WHERE r.relname = ? ORDER BY s.pos LIMIT 1""");

  private static final String BY_SCHEMA =
      FOUND.formatted(
          """
          SELECT r.*, n.nspname FROM pg_catalog.pg_namespace n
            JOIN pg_catalog.pg_class r ON r.relnamespace = n.oid
          WHERE r.relname = ? AND coalesce(? = pg_catalog.current_database(), true)
            AND CASE WHEN ? = 'pg_temp' THEN n.oid = pg_catalog.pg_my_temp_schema() ELSE n.nspname = ? END""");

  private NameLookup() {}

  /**
   * What was found, and in which session.
   *
   * @param session role and effective search path: where they are the same, so are the answers
   * @param relation empty if there is none
   */
  record Answer(String session, Optional<FoundRelation> relation) {
    /** The role's name, for use in SQL. */
    String role() {
      return Identifiers.quote(session.substring(0, session.indexOf(" {")));
    }
  }

  static Answer ask(Connection raw, WrittenName name, String journalSchema) throws SQLException {
    try (PreparedStatement query =
        raw.prepareStatement(name.schema().isEmpty() ? BY_PATH : BY_SCHEMA)) {
      query.setString(1, journalSchema);
      query.setString(2, name.name());
      if (name.schema().isPresent()) {
        query.setString(3, name.database().orElse(null));
        query.setString(4, name.schema().get());
        query.setString(5, name.schema().get());
      }
      try (ResultSet row = query.executeQuery()) {
        row.next();
        String session = row.getString(1);
        long oid = row.getLong(2);
        return new Answer(session, row.wasNull() ? Optional.empty() : Optional.of(found(oid, row)));
      }
    }
  }

  /** The schema in which a table is created whose name has none; empty if there is none. */
  static String creationSchema(Connection raw) throws SQLException {
    try (Statement query = raw.createStatement();
        ResultSet row = query.executeQuery("SELECT pg_catalog.current_schema()")) {
      row.next();
      String schema = row.getString(1);
      return schema == null ? "" : schema;
    }
  }

  private static FoundRelation found(long oid, ResultSet row) throws SQLException {
    return new FoundRelation(
        oid,
        row.getString(3),
        row.getString(4),
        row.getString(5).charAt(0),
        row.getBoolean(6),
        row.getBoolean(7),
        row.getBoolean(8),
        row.getBoolean(9));
  }

  /** Whether the session may read these columns, for a table that it may not read as a whole. */
  static boolean mayRead(Connection raw, long table, List<Column> columns) throws SQLException {
    try (PreparedStatement query =
        raw.prepareStatement(
            """
            SELECT count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = ? AND a.attname = ANY (?)
              AND pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT')""")) {
      query.setLong(1, table);
      query.setArray(2, raw.createArrayOf("text", columns.stream().map(Column::name).toArray()));
      try (ResultSet row = query.executeQuery()) {
        row.next();
        return row.getInt(1) == columns.size();
      }
    }
  }
}
