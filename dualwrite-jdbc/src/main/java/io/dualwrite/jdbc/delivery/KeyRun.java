package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.copy.KeyRange;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.journal.JournalEntry;
import io.dualwrite.jdbc.schema.TablePair;
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

  static KeyRange range(JournalEntry run) {
    return new KeyRange(
        Long.parseLong(Objects.requireNonNull(run.rangeFrom())),
        Long.parseLong(Objects.requireNonNull(run.rangeTo())));
  }

  static List<RowKey> keys(KeyRange run) {
    return LongStream.rangeClosed(run.from(), run.to())
        .mapToObj(key -> new RowKey(List.of(Long.toString(key))))
        .toList();
  }
}
