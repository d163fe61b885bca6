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
import org.jspecify.annotations.Nullable;

/**
 * What the transaction under way on a connection has journaled so far.
 *
 * @param entries by what they name
 * @param noted how they are found in the journal later
 */
public record OwnEntries(List<JournalEntry> entries, Noted noted) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * The entries of one transaction.
   *
   * @param transaction its {@code xid8}
   * @param tables the tables that they name rows of
   * @param since when it began: its entries are later, unless the clock was set back; those are
   *     delivered once more
   * @param until when they had been written, by the same clock
   */
  public record Noted(String transaction, List<String> tables, Instant since, Instant until) {}

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
            + " pg_catalog.now(), pg_catalog.clock_timestamp(),"
            // What is prepared on the secondary must not outlive the primary's commit.
            + " pg_catalog.set_config('synchronous_commit', CASE pg_catalog.current_setting('synchronous_commit') WHEN 'off' THEN 'on'"
            + " ELSE pg_catalog.current_setting('synchronous_commit') END, true),"
            + " pg_catalog.set_config('enable_seqscan', 'off', true), pg_catalog.set_config('enable_hashjoin', 'off', true),"
            + " pg_catalog.set_config('enable_mergejoin', 'off', true)"
            + " FROM (SELECT pg_catalog.current_setting(?, true) AS notes OFFSET 0) s";
    List<String> lookedFor = new ArrayList<>(otherTables);
    List<JournalEntry> entries = new ArrayList<>();
    Noted noted;
    try (PreparedStatement statement = own.prepareStatement(sql)) {
      statement.setString(1, setting);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        String notes = row.getString(1);
        if (tooMany.equals(notes)) {
          lookedFor.addAll(notedTables);
        } else if (notes != null && !notes.isEmpty()) {
          entries.addAll(parsed(notes));
        }
        List<String> tables = new ArrayList<>(notedTables);
        tables.addAll(otherTables);
        noted =
            new Noted(
                row.getString(2),
                tables,
                row.getTimestamp(3).toInstant(),
                row.getTimestamp(4).toInstant());
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
                false,
                Instant.now(),
                0));
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
