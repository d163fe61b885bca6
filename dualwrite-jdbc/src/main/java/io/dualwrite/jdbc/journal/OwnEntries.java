package io.dualwrite.jdbc.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the transaction under way on a connection has journaled so far.
 *
 * @param entries by what they name; those that were noted have no identity
 * @param noted how those are found in the journal later
 */
public record OwnEntries(List<JournalEntry> entries, Optional<Noted> noted) {
  /**
   * Identities that other transactions may have taken in between; an entry further away is
   * delivered once more instead of being found.
   */
  private static final long SLACK = 2_000;

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * The noted entries of one transaction.
   *
   * @param transaction its {@code xid8}
   * @param tables the tables that they name rows of
   * @param behind an identity that their own are probably greater than
   */
  public record Noted(String transaction, List<String> tables, long behind) {}

  /**
   * Reads the transaction's notes, and not the journal, where it can: under SERIALIZABLE whoever
   * reads the journal conflicts with whoever writes it. Also keeps this transaction from reading
   * tables from end to end, for the same reason.
   *
   * @param setting the setting that holds the notes, each a JSON array of table, key id and key,
   *     behind a comma
   * @param tooMany what it holds when there were too many to note
   * @param notedTables the touched tables of which everything is noted
   * @param otherTables the others, which are looked for in the journal
   */
  public static OwnEntries read(
      Connection own,
      Journal journal,
      String setting,
      String tooMany,
      Collection<String> notedTables,
      Collection<String> otherTables)
      throws SQLException {
    String sql =
        "SELECT s.notes, pg_catalog.pg_current_xact_id()::text,"
            + " CASE WHEN s.notes <> '' AND pg_catalog.has_sequence_privilege(s.sequence, 'USAGE, SELECT')"
            + " THEN pg_catalog.currval(s.sequence) END,"
            + " pg_catalog.set_config('enable_seqscan', 'off', true), pg_catalog.set_config('enable_hashjoin', 'off', true),"
            + " pg_catalog.set_config('enable_mergejoin', 'off', true)"
            + " FROM (SELECT pg_catalog.current_setting(?, true) AS notes,"
            + " pg_catalog.pg_get_serial_sequence(?, 'id') AS sequence OFFSET 0) s";
    List<String> lookedFor = new ArrayList<>(otherTables);
    List<JournalEntry> entries = new ArrayList<>();
    Optional<Noted> noted = Optional.empty();
    try (PreparedStatement statement = own.prepareStatement(sql)) {
      statement.setString(1, setting);
      statement.setString(2, journal.sql());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        String notes = row.getString(1);
        long last = row.getLong(3);
        if (tooMany.equals(notes)) {
          lookedFor.addAll(notedTables);
        } else if (notes != null && !notes.isEmpty()) {
          entries.addAll(parsed(notes));
          long behind = last == 0 ? Long.MIN_VALUE : last - entries.size() - SLACK;
          noted = Optional.of(new Noted(row.getString(2), List.copyOf(notedTables), behind));
        }
      }
    }
    if (!lookedFor.isEmpty()) {
      entries.addAll(journal.ownEntries(own, lookedFor));
    }
    return new OwnEntries(entries, noted);
  }

  private static List<JournalEntry> parsed(String notes) throws SQLException {
    List<JournalEntry> entries = new ArrayList<>();
    try {
      for (JsonNode entry : JSON.readTree("[" + notes.substring(1) + "]")) {
        entries.add(
            new JournalEntry(
                0,
                "",
                entry.get(0).textValue(),
                entry.get(1).intValue(),
                key(entry.get(2)),
                null,
                null,
                Instant.now()));
      }
    } catch (IOException e) {
      throw new SQLException("the transaction's own notes of its entries cannot be read", e);
    }
    return entries;
  }

  private static @Nullable List<String> key(JsonNode values) {
    if (values.isNull()) {
      return null;
    }
    List<String> key = new ArrayList<>();
    values.forEach(value -> key.add(value.textValue()));
    return key;
  }
}
