package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.journal.JournalEntry;
import io.dualwrite.jdbc.schema.TablePair;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;

/**
 * Entries that name all whole numbers from one key to another. A load of many rows writes one for
 * about a thousand of them.
 */
final class KeyRun {
  private KeyRun() {}

  static boolean is(
      JournalEntry entry, Map<String, TablePair> tables, Map<String, Integer> keyIds) {
    return Objects.requireNonNull(tables.get(entry.table())).key().size() == 1
        && entry.namesRangeOf(keyIds.getOrDefault(entry.table(), 0));
  }

  static List<RowKey> keys(JournalEntry run) {
    return LongStream.rangeClosed(from(run), to(run))
        .mapToObj(key -> new RowKey(List.of(Long.toString(key))))
        .toList();
  }

  /**
   * The first of these entries, of each table no more than name so many rows, but one at least. The
   * rest stays in the journal for the next round.
   */
  static List<JournalEntry> first(
      List<JournalEntry> entries,
      Map<String, TablePair> tables,
      Map<String, Integer> keyIds,
      int rows) {
    Map<String, Long> named = new java.util.HashMap<>();
    List<JournalEntry> first = new ArrayList<>();
    for (JournalEntry entry : entries) {
      long before = named.getOrDefault(entry.table(), 0L);
      if (before < rows) {
        first.add(entry);
        named.put(entry.table(), before + (is(entry, tables, keyIds) ? width(entry) : 1));
      }
    }
    return first.size() == entries.size() ? entries : first;
  }

  private static long width(JournalEntry run) {
    return to(run) - from(run) + 1;
  }

  private static long from(JournalEntry run) {
    return Long.parseLong(Objects.requireNonNull(run.rangeFrom()));
  }

  private static long to(JournalEntry run) {
    return Long.parseLong(Objects.requireNonNull(run.rangeTo()));
  }
}
