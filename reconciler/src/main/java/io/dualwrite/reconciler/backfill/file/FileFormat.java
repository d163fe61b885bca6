package io.dualwrite.reconciler.backfill.file;

import java.util.Locale;
import java.util.Optional;

/** How a file is written. */
public enum FileFormat {
  /**
   * Separated values with quotes, also as {@code .tsv}, and compressed as {@code .gz} or {@code
   * .zst}.
   */
  CSV,
  /** Apache Parquet. */
  PARQUET;

  /** What the end of its name says; empty where that says nothing. */
  static Optional<FileFormat> of(String path) {
    String name = withoutCompression(path);
    if (name.endsWith(".csv") || name.endsWith(".tsv")) {
      return Optional.of(CSV);
    }
    return name.endsWith(".parquet") || name.endsWith(".pq")
        ? Optional.of(PARQUET)
        : Optional.empty();
  }

  /** Whether tabs stand between its values unless something else is said. */
  static boolean hasTabs(String path) {
    return withoutCompression(path).endsWith(".tsv");
  }

  private static String withoutCompression(String path) {
    int query = path.contains("://") ? path.indexOf('?') : -1;
    String name = (query < 0 ? path : path.substring(0, query)).toLowerCase(Locale.ROOT);
    for (String end : new String[] {".gz", ".zst"}) {
      if (name.endsWith(end)) {
        return name.substring(0, name.length() - end.length());
      }
    }
    return name;
  }
}
