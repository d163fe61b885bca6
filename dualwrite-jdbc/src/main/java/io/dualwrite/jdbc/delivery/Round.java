package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.copy.CopyResult;
import io.dualwrite.jdbc.copy.KeyRange;
import io.dualwrite.jdbc.copy.NewRows;
import io.dualwrite.jdbc.copy.RefusedRow;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.delivery.RememberedRows.Remembered;
import io.dualwrite.jdbc.journal.JournalEntry;
import io.dualwrite.jdbc.journal.JournalSnapshot;
import io.dualwrite.jdbc.journal.ReadLimit;
import io.dualwrite.jdbc.schema.TablePair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What one round of a lane found to be done, and what came of it. */
final class Round {
  /**
   * Rows of a table that are copied together; bounds null: all of them.
   *
   * @param from lower bound of the time column, inclusive
   * @param to upper bound, inclusive
   */
  record Range(String table, @Nullable String from, @Nullable String to) {
    static Range whole(String table) {
      return new Range(table, null, null);
    }

    boolean isWhole() {
      return from == null;
    }
  }

  /** Those read from the journal that this round deals with. */
  final List<JournalEntry> entries;

  /** Tables of which rows are sent as they come because there are many, new or not. */
  Set<TablePair> trials = Set.of();

  /** Those of them that name several rows at once, and which. */
  final Map<JournalEntry, Predicate<RowKey>> several = new LinkedHashMap<>();

  /** What the secondary has no row of. */
  final Map<TablePair, NewRows> streams = new LinkedHashMap<>();

  /** Set-aside entries whose next try is due. */
  final List<JournalEntry> retried;

  /** The rows to be copied. */
  final Map<TablePair, Set<RowKey>> rows = new LinkedHashMap<>();

  private final Map<Range, WholeTable> ranges = new LinkedHashMap<>();

  /** Entries for which walks stand that are not done, or will. */
  final List<JournalEntry> leftToWalks = new ArrayList<>();

  /** Rows that only memory names and that have to wait for another walk. */
  final List<Remembered> left = new ArrayList<>();

  /** The walks' steps. */
  final Map<TableWalk, List<RowKey>> steps = new LinkedHashMap<>();

  /** What was delivered as a whole. */
  final List<WholeTable> finished = new ArrayList<>();

  private boolean remembers;

  /** Rows of these that were sent. */
  final Map<TablePair, Integer> streamed = new LinkedHashMap<>();

  List<RefusedRow> refused = List.of();
  Map<TablePair, CopyResult> copied = Map.of();

  /** The tables whose entries were read. */
  final List<String> tables;

  /** All entries that were read, in their snapshot. */
  final JournalSnapshot found;

  /** How many were read at most. */
  final ReadLimit limit;

  Round(
      List<String> tables,
      JournalSnapshot found,
      ReadLimit limit,
      List<JournalEntry> entries,
      List<JournalEntry> retried) {
    this.tables = tables;
    this.found = found;
    this.limit = limit;
    this.entries = entries;
    this.retried = retried;
  }

  /** Whether more entries were read than one round takes. */
  boolean isCut() {
    return entries.size() < found.entries().size();
  }

  /**
   * Sorts out what the entries name. One that names its row by another key than the table's present
   * one stands for the whole table: its values say nothing any more.
   *
   * @param keys of entries that name several rows by their keys, by the entries' places
   * @param streamed those of whose rows the secondary has none, or is taken to have none
   */
  void sort(
      Map<String, TablePair> tables,
      Map<String, Integer> keyIds,
      List<Remembered> fromMemory,
      Map<String, List<List<String>>> keys,
      Predicate<JournalEntry> streamed) {
    Map<String, Set<RowKey>> byName = new HashMap<>();
    Function<String, Set<RowKey>> rowsOf =
        name -> byName.computeIfAbsent(name, n -> rowsOf(required(tables.get(n))));
    for (JournalEntry entry : entries) {
      if (isRow(entry, keyIds)) {
        Set<RowKey> rows =
            streamed.test(entry) ? newRows(entry, tables).keys() : rowsOf.apply(entry.table());
        rows.add(new RowKey(Objects.requireNonNull(entry.key())));
      } else if (KeyRun.is(entry, tables, keyIds)) {
        KeyRange run = KeyRun.range(entry);
        several.put(entry, key -> run.contains(Long.parseLong(key.values().get(0))));
        if (streamed.test(entry)) {
          newRows(entry, tables).ranges().add(run);
        } else {
          rowsOf.apply(entry.table()).addAll(KeyRun.keys(run));
        }
      } else if (entry.namesRowsBy(keyIds.getOrDefault(entry.table(), 0))) {
        List<RowKey> ofEntry =
            Objects.requireNonNull(keys.get(entry.place())).stream().map(RowKey::new).toList();
        if (streamed.test(entry)) {
          newRows(entry, tables).keys().addAll(ofEntry);
        } else {
          rowsOf.apply(entry.table()).addAll(ofEntry);
        }
        several.put(entry, ofEntry::contains);
      } else {
        range(entry, tables, keyIds).journaled().add(entry);
      }
    }
    for (JournalEntry entry : retried) {
      if (isRow(entry, keyIds)) {
        rowsOf.apply(entry.table()).add(new RowKey(Objects.requireNonNull(entry.key())));
      } else {
        range(entry, tables, keyIds).setAside().add(entry);
      }
    }
    remembers = !fromMemory.isEmpty();
    for (Remembered row : fromMemory) {
      if (keyIds.getOrDefault(row.table(), 0) == row.keyId()) {
        rowsOf.apply(row.table()).add(row.key());
      } else {
        range(Range.whole(row.table())).remembered().add(row);
      }
    }
    joinWholeTables();
  }

  private static boolean isRow(JournalEntry entry, Map<String, Integer> keyIds) {
    return entry.namesRowBy(keyIds.getOrDefault(entry.table(), 0));
  }

  private WholeTable range(
      JournalEntry entry, Map<String, TablePair> tables, Map<String, Integer> keyIds) {
    String table = entry.table();
    boolean bounded =
        Objects.requireNonNull(tables.get(table)).key().isEmpty()
            && entry.namesRangeOf(keyIds.getOrDefault(table, 0));
    return range(
        bounded ? new Range(table, entry.rangeFrom(), entry.rangeTo()) : Range.whole(table));
  }

  private WholeTable range(Range range) {
    return ranges.computeIfAbsent(range, r -> new WholeTable());
  }

  private void joinWholeTables() {
    for (Range range : List.copyOf(ranges.keySet())) {
      WholeTable whole = range.isWhole() ? null : ranges.get(Range.whole(range.table()));
      if (whole != null) {
        whole.add(Objects.requireNonNull(ranges.remove(range)));
      }
    }
  }

  Set<RowKey> rowsOf(TablePair table) {
    return rows.computeIfAbsent(table, t -> new LinkedHashSet<>());
  }

  private NewRows newRows(JournalEntry entry, Map<String, TablePair> tables) {
    return streams.computeIfAbsent(
        required(tables.get(entry.table())),
        t -> new NewRows(new LinkedHashSet<>(), new LinkedHashSet<>()));
  }

  private static TablePair required(@Nullable TablePair table) {
    return Objects.requireNonNull(table);
  }

  /** What is to be copied as a whole. */
  Map<Range, WholeTable> ranges() {
    return ranges;
  }

  /** Whether there are runs of keys, steps of walks, or rows that no entry brings back. */
  boolean isOneWhole() {
    return remembers || !several.isEmpty() || !steps.isEmpty();
  }

  /** How many entries of this table were read. */
  long entriesOf(String table) {
    return entries.stream().filter(e -> e.table().equals(table)).count();
  }

  /** Whether there may be more entries than were read. */
  boolean reachesLimit() {
    Map<String, Integer> ofTable = new HashMap<>();
    Map<List<Object>, Integer> ofTransaction = new HashMap<>();
    for (JournalEntry entry : entries) {
      if (ofTable.merge(entry.table(), 1, Integer::sum) >= limit.behindFrontier()
          || ofTransaction.merge(List.of(entry.table(), entry.transaction()), 1, Integer::sum)
              >= limit.ofEachOpen()) {
        return true;
      }
    }
    return false;
  }

  boolean isEmpty() {
    return rows.isEmpty() && ranges.isEmpty() && entries.isEmpty();
  }
}
