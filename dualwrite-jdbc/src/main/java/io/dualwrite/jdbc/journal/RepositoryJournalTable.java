package io.dualwrite.jdbc.journal;

import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The table behind {@link JdbcJournal}; one holds the journals of any number of writers. */
final class RepositoryJournalTable {
  private static final String PRIVILEGE_MISSING = "42501";
  private static final String TABLE = "repository_journal";

  private RepositoryJournalTable() {}

  /** The table's name as it stands in SQL. */
  static String name(String schema) {
    return Identifiers.quote(schema) + "." + TABLE;
  }

  /** Creates what is missing, in one transaction; of several callers at once, one creates. */
  static void create(Connection connection, String schema) throws SQLException {
    if (exists(connection, schema, TABLE)) {
      return;
    }
    boolean autoCommit = connection.getAutoCommit();
    connection.setAutoCommit(false);
    List<String> ddl = ddl(schema, true);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "SELECT pg_catalog.pg_advisory_xact_lock("
              + LockKeys.of("repository-journal", schema)
              + ")");
      for (String sql : ddl(schema, !exists(connection, schema, null))) {
        statement.execute(sql);
      }
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      if (PRIVILEGE_MISSING.equals(e.getSQLState())) {
        throw new MissingPrivilegeException(
            "journal: \""
                + connection.getMetaData().getUserName()
                + "\" may not create "
                + name(schema)
                + " (42501). Let an administrator run: "
                + String.join("; ", ddl),
            e);
      }
      throw e;
    } finally {
      connection.setAutoCommit(autoCommit);
    }
  }

  private static List<String> ddl(String schema, boolean withSchema) {
    List<String> ddl = new ArrayList<>();
    if (withSchema) {
      ddl.add("CREATE SCHEMA IF NOT EXISTS " + Identifiers.quote(schema));
    }
    ddl.add(
        "CREATE TABLE IF NOT EXISTS "
            + name(schema)
            + " (writer text COLLATE \"C\" NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY,"
            + " key text COLLATE \"C\" NOT NULL, primary_side text NOT NULL, due boolean NOT NULL,"
            + " at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (writer, id))"
            + " WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)");
    // A hash index: keys may be longer than what a b-tree takes.
    ddl.add(
        "CREATE INDEX IF NOT EXISTS " + TABLE + "_key ON " + name(schema) + " USING hash (key)");
    return ddl;
  }

  private static boolean exists(Connection connection, String schema, @Nullable String table)
      throws SQLException {
    String sql =
        "SELECT FROM pg_catalog.pg_namespace n LEFT JOIN pg_catalog.pg_class c"
            + " ON c.relnamespace = n.oid AND c.relname = ? WHERE n.nspname = ?"
            + " AND (c.oid IS NOT NULL OR ?)";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, table);
      statement.setString(2, schema);
      statement.setBoolean(3, table == null);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next();
      }
    }
  }
}
