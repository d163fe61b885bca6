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
 *
 * <p>Entries that name several rows are of loads, whose rows are new: these are sent as they come,
 * if the secondary has none of a run's, and on trial where the keys are named one by one. In a
 * backlog of many entries that name a row each, most often of inserts, these are tried too.
 */
final class Portion {
  /** Keys named one by one that are held in memory at once. */
  private static final int MOST_KEYS = 20_000;

  private final Map<String, TablePair> tables;
  private final Map<String, Integer> keyIds;

  /** Fewer rows are written as soon by their keys. */
  private static final int FEW = 300;

  /** Entries that there is room for to be sent as they come, and those that are. */
  private final Set<String> considered = new HashSet<>();

  private final Set<String> streamed = new HashSet<>();
  private final Set<TablePair> streaming = new HashSet<>();
  private final Set<TablePair> trials = new HashSet<>();

  Portion(Map<String, TablePair> tables, Map<String, Integer> keyIds) {
    this.tables = tables;
    this.keyIds = keyIds;
  }

  /** Chooses the entries whose rows are sent as they come. */
  void stream(LockedCopy copy, List<JournalEntry> entries, Streaming how) throws SQLException {
    Map<TablePair, List<JournalEntry>> runs = new HashMap<>();
    Map<TablePair, Long> named = new HashMap<>();
    Map<TablePair, Boolean> may = new HashMap<>();
    for (JournalEntry entry : entries) {
      TablePair table = table(entry);
      long before = named.getOrDefault(table, 0L);
      long most = isRun(entry) ? how.rows() : Math.min(how.rows(), MOST_KEYS);
      if (!isSeveral(entry)
          || before >= most
          || !may.computeIfAbsent(table, how::isFor)
          || !copy.streams(table)) {
        continue;
      }
      named.put(table, before + width(entry));
      streaming.add(table);
      considered.add(entry.place());
      if (isRun(entry)) {
        runs.computeIfAbsent(table, t -> new ArrayList<>()).add(entry);
      } else {
        streamed.add(entry.place());
      }
    }
    for (Map.Entry<TablePair, List<JournalEntry>> each : runs.entrySet()) {
      List<KeyRange> ranges = each.getValue().stream().map(KeyRun::range).distinct().toList();
      Set<KeyRange> vacant = copy.vacant(each.getKey(), ranges);
      each.getValue().stream()
          .filter(run -> vacant.contains(KeyRun.range(run)))
          .forEach(run -> streamed.add(run.place()));
    }
    tryRows(copy, entries, how);
  }

  private void tryRows(LockedCopy copy, List<JournalEntry> entries, Streaming how)
      throws SQLException {
    Map<TablePair, List<JournalEntry>> rows = new HashMap<>();
    for (JournalEntry entry : entries) {
      if (entry.namesRowBy(keyIds.getOrDefault(entry.table(), 0))) {
        rows.computeIfAbsent(table(entry), t -> new ArrayList<>()).add(entry);
      }
    }
    for (Map.Entry<TablePair, List<JournalEntry>> each : rows.entrySet()) {
      TablePair table = each.getKey();
      if (each.getValue().size() >= FEW && how.isForRows(table) && copy.streams(table)) {
        trials.add(table);
        each.getValue().forEach(entry -> streamed.add(entry.place()));
      }
    }
  }

  /** Tables of which rows are sent as they come because there are many, new or not. */
  Set<TablePair> trials() {
    return trials;
  }

  /** Whether the rows that it names are sent as they come. */
  boolean streams(JournalEntry entry) {
    return streamed.contains(entry.place());
  }

  /**
   * The first of these entries, one of each table at least.
   *
   * @param rows how many rows they may name in one table, apart from those that are sent as they
   *     come
   */
  List<JournalEntry> first(List<JournalEntry> entries, int rows) {
    Map<String, Long> named = new HashMap<>();
    Set<String> full = new HashSet<>();
    List<JournalEntry> first = new ArrayList<>();
    for (JournalEntry entry : entries) {
      String table = entry.table();
      long before = named.getOrDefault(table, 0L);
      boolean noRoom = !streams(entry) && (before >= rows || waits(entry));
      if (full.contains(table) || noRoom) {
        full.add(table);
        continue;
      }
      first.add(entry);
      if (!streams(entry)) {
        named.put(table, before + width(entry));
      }
    }
    return first.size() == entries.size() ? entries : first;
  }

  /** Whether it comes behind as many as can be sent in one round. */
  private boolean waits(JournalEntry entry) {
    return isSeveral(entry)
        && streaming.contains(table(entry))
        && !considered.contains(entry.place());
  }

  private TablePair table(JournalEntry entry) {
    return Objects.requireNonNull(tables.get(entry.table()));
  }

  private boolean isRun(JournalEntry entry) {
    return KeyRun.is(entry, tables, keyIds);
  }

  private boolean isSeveral(JournalEntry entry) {
    return isRun(entry) || entry.namesRowsBy(keyIds.getOrDefault(entry.table(), 0));
  }

  private long width(JournalEntry entry) {
    return isRun(entry) ? KeyRun.range(entry).width() : entry.severalKeys() ? Journal.MOST_KEYS : 1;
  }
}
