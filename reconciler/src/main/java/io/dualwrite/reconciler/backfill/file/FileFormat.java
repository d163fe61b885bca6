package io.dualwrite.reconciler.backfill.file;

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
    String name = Compression.nameWithout(path);
    if (name.endsWith(".csv") || name.endsWith(".tsv")) {
      return Optional.of(CSV);
    }
    return name.endsWith(".parquet") || name.endsWith(".pq")
        ? Optional.of(PARQUET)
        : Optional.empty();
  }

  /** Whether tabs stand between its values unless something else is said. */
  static boolean hasTabs(String path) {
    return Compression.nameWithout(path).endsWith(".tsv");
  }
}
