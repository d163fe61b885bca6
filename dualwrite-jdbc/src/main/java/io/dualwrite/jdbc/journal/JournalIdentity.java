package io.dualwrite.jdbc.journal;

import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Which journal the control table stands beside, and which one on the other side it was last used
 * with. So that a journal that was lost and made anew is noticed whoever made it, and whenever the
 * two sides meet again. Schemas of earlier versions do not have it.
 */
public final class JournalIdentity {
  private final String control;

  /** In that schema. */
  public JournalIdentity(String schema) {
    this.control = Identifiers.quote(schema) + ".control";
  }

  /** Before the tables are made: where the journal alone is missing, what is made is another. */
  static String renewal(String schema) {
    String s = Identifiers.quote(schema);
    return """
        DO $journal$ BEGIN
          IF pg_catalog.to_regclass({journal}) IS NULL AND EXISTS (SELECT FROM pg_catalog.pg_attribute a
              WHERE a.attrelid = pg_catalog.to_regclass({control}) AND a.attname = 'journal_id' AND NOT a.attisdropped) THEN
            UPDATE {schema}.control SET journal_id = pg_catalog.gen_random_uuid();
          END IF;
        END $journal$"""
        .replace("{journal}", literal(s + ".journal"))
        .replace("{control}", literal(s + ".control"))
        .replace("{schema}", s);
  }

  /** What a control table lacks that was made by an earlier version. */
  static List<String> ddl(String schema) {
    return List.of(
        "ALTER TABLE "
            + Identifiers.quote(schema)
            + ".control ADD COLUMN IF NOT EXISTS journal_id uuid DEFAULT pg_catalog.gen_random_uuid(), ADD COLUMN IF NOT EXISTS met_journal_id uuid");
  }

  private static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** Whether it is missing and this user may add it. The tables are there. */
  static boolean isDue(Connection connection, String schema) throws SQLException {
    String sql =
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE n.nspname = ? AND c.relname = 'control' AND pg_catalog.pg_has_role(c.relowner, 'USAGE')"
            + " AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'met_journal_id'"
            + " AND NOT a.attisdropped))";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, schema);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getBoolean(1);
      }
    }
  }

  /** Of the journal in the same database; empty in a schema of an earlier version. */
  public Optional<String> own(Connection connection, String migration) throws SQLException {
    return read(connection, migration, "journal_id");
  }

  /** Of the other side's journal when they last met; empty where that is not known. */
  public Optional<String> met(Connection connection, String migration) throws SQLException {
    return read(connection, migration, "met_journal_id");
  }

  private Optional<String> read(Connection connection, String migration, String column)
      throws SQLException {
    // By way of the whole row, so that a table of an earlier version can be read as well.
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT pg_catalog.to_jsonb(c)->>? FROM " + control + " c WHERE migration = ?")) {
      statement.setString(1, column);
      statement.setString(2, migration);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
      }
    }
  }

  /** Notes which journal of the other side this one is used with from now on. */
  public void meet(Connection connection, String migration, String journal) throws SQLException {
    try (PreparedStatement there =
        connection.prepareStatement(
            "SELECT FROM "
                + control
                + " c WHERE migration = ? AND pg_catalog.to_jsonb(c)->'met_journal_id' IS NOT NULL")) {
      there.setString(1, migration);
      try (ResultSet rows = there.executeQuery()) {
        if (!rows.next()) {
          return;
        }
      }
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE " + control + " SET met_journal_id = ?::uuid WHERE migration = ?")) {
      statement.setString(1, journal);
      statement.setString(2, migration);
      statement.executeUpdate();
    }
  }
}
