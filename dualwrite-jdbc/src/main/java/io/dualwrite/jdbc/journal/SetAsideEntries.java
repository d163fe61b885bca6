package io.dualwrite.jdbc.journal;

import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Entries that could not be delivered, each with its reason, in a table of their own on the
 * primary. Every method takes the connection, so that the caller decides on the transaction; none
 * commits.
 */
public final class SetAsideEntries {
  private final String table;

  SetAsideEntries(String schema) {
    this.table = Identifiers.quote(schema) + ".set_aside";
  }

  /** The table's name for use in SQL. */
  public String sql() {
    return table;
  }

  /**
   * Set-aside entries of these tables whose next try is due (1, 2, 4 … seconds after the last, at
   * most 5 minutes), oldest try first.
   */
  public List<JournalEntry> due(Connection primary, Collection<String> tables, int limit)
      throws SQLException {
    String sql =
        "SELECT id, ctid, table_name, key_id, key, range_from, range_to, false, at, '0' FROM "
            + table
            + " WHERE table_name = ANY (?) AND tried_at + least(300, power(2, least(tries, 20) - 1)) * interval '1 second' <= clock_timestamp()"
            + " ORDER BY tried_at LIMIT ?";
    try (PreparedStatement statement = primary.prepareStatement(sql)) {
      statement.setArray(1, primary.createArrayOf("text", tables.toArray()));
      statement.setInt(2, limit);
      return JournalEntry.all(statement);
    }
  }

  /** Deletes exactly these set-aside entries. */
  public void delete(Connection primary, Collection<JournalEntry> entries) throws SQLException {
    if (entries.isEmpty()) {
      return;
    }
    try (PreparedStatement statement =
        primary.prepareStatement("DELETE FROM " + table + " WHERE id = ANY (?)")) {
      statement.setArray(
          1, primary.createArrayOf("bigint", entries.stream().map(JournalEntry::id).toArray()));
      statement.executeUpdate();
    }
  }

  /**
   * Records an entry as set aside, or another failed try where its row is set aside already. The
   * caller deletes it from the journal in the same transaction.
   */
  public void add(Connection primary, JournalEntry entry, @Nullable String sqlState, String reason)
      throws SQLException {
    String sql =
        "INSERT INTO "
            + table
            + " AS s (table_name, key_id, key, range_from, range_to, sql_state, reason, tries, at, named)"
            + " SELECT e.*, "
            + ControlMigration.named("e")
            + " FROM (SELECT ? AS table_name, ?::integer AS key_id, ?::text[] AS key, ? AS range_from, ? AS range_to,"
            + " ? AS sql_state, ? AS reason, 1 AS tries, ?::timestamptz AS at) e"
            + " ON CONFLICT (named) DO UPDATE SET sql_state = EXCLUDED.sql_state, reason = EXCLUDED.reason, tries = s.tries + 1,"
            + " at = least(s.at, EXCLUDED.at), tried_at = EXCLUDED.tried_at";
    try (PreparedStatement statement = primary.prepareStatement(sql)) {
      statement.setString(1, entry.table());
      statement.setObject(2, entry.keyId(), Types.INTEGER);
      statement.setArray(
          3, entry.key() == null ? null : primary.createArrayOf("text", entry.key().toArray()));
      statement.setString(4, entry.rangeFrom());
      statement.setString(5, entry.rangeTo());
      statement.setString(6, sqlState);
      statement.setString(7, reason);
      statement.setTimestamp(8, Timestamp.from(entry.at()));
      statement.executeUpdate();
    }
  }

  /** Notes another failed try of a set-aside entry. */
  public void triedAgain(
      Connection primary, JournalEntry entry, @Nullable String sqlState, String reason)
      throws SQLException {
    String sql =
        "UPDATE "
            + table
            + " SET tries = tries + 1, tried_at = clock_timestamp(), sql_state = ?, reason = ? WHERE id = ?";
    try (PreparedStatement statement = primary.prepareStatement(sql)) {
      statement.setString(1, sqlState);
      statement.setString(2, reason);
      statement.setLong(3, entry.id());
      statement.executeUpdate();
    }
  }

  /** Lets every set-aside entry be tried again at the next opportunity; how many there are. */
  public int retry(Connection primary) throws SQLException {
    try (PreparedStatement statement =
        primary.prepareStatement("UPDATE " + table + " SET tried_at = '-infinity'")) {
      return statement.executeUpdate();
    }
  }

  /** What is set aside, oldest first, at most {@code limit}. */
  public List<SetAside> list(Connection primary, int limit) throws SQLException {
    String sql =
        "SELECT table_name, key, sql_state, reason, tries, at FROM "
            + table
            + " ORDER BY at LIMIT ?";
    try (PreparedStatement statement = primary.prepareStatement(sql)) {
      statement.setInt(1, limit);
      List<SetAside> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          java.sql.Array key = rows.getArray(2);
          found.add(
              new SetAside(
                  rows.getString(1),
                  key == null ? List.of() : List.of((String[]) key.getArray()),
                  Optional.ofNullable(rows.getString(3)),
                  rows.getString(4),
                  rows.getInt(5),
                  rows.getTimestamp(6).toInstant()));
        }
      }
      return found;
    }
  }
}
