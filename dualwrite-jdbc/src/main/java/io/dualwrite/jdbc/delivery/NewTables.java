package io.dualwrite.jdbc.delivery;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.jdbc.delivery.RememberedRows.Remembered;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tables that are written and have no lane: new ones, or any before the secondary was seen. For
 * each the schemas are read anew once, and until that is done the rows of it are kept that only
 * memory names. Safe for use by several threads; {@link #seek} and {@link #sought} are for the one
 * that reads the schemas.
 */
final class NewTables {
  /** By name; true: it was sought and is not on the secondary. */
  private final Map<String, Boolean> tables = new ConcurrentHashMap<>();

  private final RememberedRows rows;
  private volatile boolean unsought;

  /** Those that what is read next will show if they are there; kept while reading fails. */
  private final Set<String> beingSought = new HashSet<>();

  NewTables(int room, DualWriteMetrics metrics) {
    this.rows = new RememberedRows(room, metrics);
  }

  /** Such a table was written. Never blocks. */
  void written(String table) {
    if (tables.putIfAbsent(table, false) == null) {
      unsought = true;
    }
  }

  /** Whether it was sought since it was written first, and the secondary lacks it. */
  boolean isMissing(String table) {
    return tables.getOrDefault(table, false);
  }

  /** Keeps a row until its table has been sought; false if it has, and is missing. */
  boolean keep(Remembered row) {
    written(row.table());
    if (isMissing(row.table())) {
      return false;
    }
    rows.add(List.of(row));
    return true;
  }

  /** Whether rows are kept. */
  boolean keepsRows() {
    return !rows.isEmpty();
  }

  /** Hands over the rows kept. */
  List<Remembered> take() {
    return rows.take(Integer.MAX_VALUE);
  }

  /** Whether the schemas must be read anew because of a table; they are read after this. */
  boolean seek() {
    if (!unsought) {
      return false;
    }
    // First: what is written from here on asks for another reading.
    unsought = false;
    beingSought.addAll(tables.keySet());
    return true;
  }

  /**
   * They have been read.
   *
   * @param found the tables that have lanes
   */
  void sought(Collection<String> found) {
    tables.keySet().removeAll(Set.copyOf(found));
    beingSought.forEach(table -> tables.replace(table, true));
    beingSought.clear();
  }
}
