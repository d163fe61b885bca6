package io.dualwrite.reconciler.compare;

import io.dualwrite.reconciler.window.Window;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A row that is not the same on both sides; of a table without a key, rows of a range. It holds no
 * row value but the key.
 *
 * @param kind how it differs
 * @param key the source's key column names and the values as text; empty for a table without a key
 * @param columns the source's names of the columns that differ; only for {@link Kind#CHANGED}
 * @param window where it was found
 * @param rows how many rows: one where there is a key, unless a side has several of that key
 */
public record Difference(
    Kind kind, Map<String, String> key, List<String> columns, Window window, long rows) {

  /** How a row differs. */
  public enum Kind {
    /** In the source, not in the target. */
    MISSING,
    /** In the target, not in the source. */
    EXTRA,
    /** On both sides, with other values. */
    CHANGED
  }

  static Difference ofRow(Kind kind, Map<String, String> key, List<String> columns, Window window) {
    return ofRows(kind, key, columns, window, 1);
  }

  static Difference ofRows(
      Kind kind, Map<String, String> key, List<String> columns, Window window, long rows) {
    return new Difference(kind, key, columns, window, rows);
  }

  static Difference ofRange(Kind kind, long rows, Window window) {
    return new Difference(kind, Map.of(), List.of(), window, rows);
  }

  public Difference {
    key = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(key));
    columns = List.copyOf(columns);
  }
}
