package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.copy.KeyRange;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.jdbc.journal.JournalEntry;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What one round takes of the entries that it read: of each table the first, as far as they name no
 * more rows than can be done at once. The rest stays in the journal for the next round.
 */
final class Portion {
  private final Map<String, TablePair> tables;
  private final Map<String, Integer> keyIds;

  /** Runs of which it was asked, by table. */
  private final Map<TablePair, Set<KeyRange>> asked = new HashMap<>();

  /** Those of them whose rows are sent as they come. */
  private final Map<TablePair, Set<KeyRange>> vacant = new HashMap<>();

  Portion(Map<String, TablePair> tables, Map<String, Integer> keyIds) {
    this.tables = tables;
    this.keyIds = keyIds;
  }

  /** Asks of which of the first runs the secondary has no row. */
  void lookForVacant(LockedCopy copy, List<JournalEntry> entries, Streaming streaming)
      throws SQLException {
    Map<TablePair, Long> named = new HashMap<>();
    for (JournalEntry entry : entries) {
      TablePair table = Objects.requireNonNull(tables.get(entry.table()));
      if (KeyRun.is(entry, tables, keyIds)
          && streaming.isFor(table)
          && named.getOrDefault(table, 0L) < streaming.rows()) {
        KeyRange run = KeyRun.range(entry);
        asked.computeIfAbsent(table, t -> new HashSet<>()).add(run);
        named.merge(table, run.width(), Long::sum);
      }
    }
    for (Map.Entry<TablePair, Set<KeyRange>> each : asked.entrySet()) {
      Set<KeyRange> found = copy.vacant(each.getKey(), List.copyOf(each.getValue()));
      if (!found.isEmpty()) {
        vacant.put(each.getKey(), found);
      }
    }
  }

  boolean isVacant(JournalEntry run) {
    Set<KeyRange> ofTable = vacant.get(Objects.requireNonNull(tables.get(run.table())));
    return ofTable != null && ofTable.contains(KeyRun.range(run));
  }

  private static int most(JournalEntry entry) {
    return entry.severalKeys() ? Journal.MOST_KEYS : 1;
  }

  /** Whether it comes after as many runs as can be sent in one round. */
  private boolean isBeyond(JournalEntry run) {
    Set<KeyRange> ofTable = asked.get(Objects.requireNonNull(tables.get(run.table())));
    return ofTable != null && !ofTable.contains(KeyRun.range(run));
  }

  /**
   * The first of these entries, one of each table at least.
   *
   * @param rows how many rows they may name in one table, vacant runs apart
   */
  List<JournalEntry> first(List<JournalEntry> entries, int rows) {
    Map<String, Long> named = new HashMap<>();
    Set<String> full = new HashSet<>();
    List<JournalEntry> first = new ArrayList<>();
    for (JournalEntry entry : entries) {
      String table = entry.table();
      long before = named.getOrDefault(table, 0L);
      boolean run = KeyRun.is(entry, tables, keyIds);
      boolean streams = run && isVacant(entry);
      boolean enough = !streams && (before >= rows || run && isBeyond(entry));
      if (full.contains(table) || enough) {
        full.add(table);
        continue;
      }
      first.add(entry);
      if (!streams) {
        named.put(table, before + (run ? KeyRun.range(entry).width() : most(entry)));
      }
    }
    return first.size() == entries.size() ? entries : first;
  }
}
