package io.dualwrite.jdbc.journal;

import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * What control tables made by earlier versions lack. Without it nothing is lost: an entry without a
 * key's id stands for its whole table.
 */
final class ControlMigration {
  private ControlMigration() {}

  /** The statements that add it; each does nothing where there is nothing to do. */
  static List<String> ddl(String schema) {
    String s = Identifiers.quote(schema);
    String setAside = s + ".set_aside";
    return List.of(
        "ALTER TABLE "
            + s
            + ".journal ADD COLUMN IF NOT EXISTS key_id integer, DROP COLUMN IF EXISTS id, ADD COLUMN IF NOT EXISTS keys text[]",
        // To compress them would cost the writer more than it saves: they are deleted soon.
        "ALTER TABLE " + s + ".journal ALTER COLUMN keys SET STORAGE EXTERNAL",
        "CREATE INDEX IF NOT EXISTS journal_by_transaction ON "
            + s
            + ".journal (table_name, tx, at)",
        "DROP INDEX IF EXISTS " + s + ".journal_by_time",
        // Where everything is published to logical replication, deletes need it.
        "ALTER TABLE " + s + ".journal REPLICA IDENTITY FULL",
        "ALTER TABLE "
            + setAside
            + " ADD COLUMN IF NOT EXISTS key_id integer, ADD COLUMN IF NOT EXISTS named bytea",
        "DELETE FROM "
            + setAside
            + " WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY table_name, key_id, key, range_from, range_to"
            + " ORDER BY named IS NULL, at, id) AS n FROM "
            + setAside
            + ") d WHERE n > 1)",
        "UPDATE " + setAside + " s SET named = " + named("s") + " WHERE named IS NULL",
        "CREATE UNIQUE INDEX IF NOT EXISTS set_aside_named ON " + setAside + " (named)",
        "ALTER TABLE "
            + s
            + ".instances ADD COLUMN IF NOT EXISTS phase text, ADD COLUMN IF NOT EXISTS epoch bigint,"
            + " ADD COLUMN IF NOT EXISTS kill_switch_by text[], ADD COLUMN IF NOT EXISTS capture text, ADD COLUMN IF NOT EXISTS policy text,"
            + " ADD COLUMN IF NOT EXISTS version text, ADD COLUMN IF NOT EXISTS host text, ADD COLUMN IF NOT EXISTS pid bigint");
  }

  /** The identity of what a set-aside entry names, whatever is null in it. */
  static String named(String alias) {
    return "pg_catalog.sha256(pg_catalog.convert_to(ROW("
        + alias
        + ".table_name, "
        + alias
        + ".key_id, "
        + alias
        + ".key, "
        + alias
        + ".range_from, "
        + alias
        + ".range_to)::text, 'UTF8'))";
  }

  /** Whether anything of it is missing. The tables are there. */
  static boolean isDue(Connection connection, String schema) throws SQLException {
    String sql =
        "SELECT count(*) FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
            + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ? AND NOT a.attisdropped"
            + " AND (c.relname, a.attname) IN (('journal', 'key_id'), ('journal', 'keys'), ('set_aside', 'key_id'), ('set_aside_named', 'named'), ('journal_by_transaction', 'tx'), ('instances', 'epoch'))";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, schema);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getInt(1) < 6;
      }
    }
  }
}
