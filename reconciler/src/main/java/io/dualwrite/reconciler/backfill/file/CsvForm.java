package io.dualwrite.reconciler.backfill.file;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * How CSV files are written. Lines may end in either way, and values in quotes may contain them.
 *
 * @param delimiter what stands between values; empty: a comma, or a tab in {@code .tsv}
 * @param quote what values may stand in, doubled inside; empty: nothing
 * @param nullText what an unquoted value is that stands for null; the same in quotes is a text
 * @param encoding {@code utf-8}, {@code utf-16} or {@code latin-1}
 * @param header whether the first line has the columns' names
 * @param columns the names where it has not; empty: the table's columns in their order
 */
public record CsvForm(
    Optional<Character> delimiter,
    Optional<Character> quote,
    String nullText,
    String encoding,
    boolean header,
    List<String> columns) {
  private static final Set<String> ENCODINGS = Set.of("utf-8", "utf-16", "latin-1");

  /** Comma, double quotes, nothing for null, UTF-8, a header. */
  public static final CsvForm DEFAULT =
      new CsvForm(Optional.empty(), Optional.of('"'), "", "utf-8", true, List.of());

  public CsvForm {
    columns = List.copyOf(columns);
    encoding = encoding.toLowerCase(Locale.ROOT);
    if (!ENCODINGS.contains(encoding)) {
      throw new IllegalArgumentException(
          "encoding must be utf-8, utf-16 or latin-1, was "
              + encoding
              + " (convert the file first: iconv -f "
              + encoding
              + " -t utf-8)");
    }
    if (header && !columns.isEmpty()) {
      throw new IllegalArgumentException(
          "columns are named by the header; give their names only for files without one");
    }
    if (delimiter.isPresent() && delimiter.equals(quote)) {
      throw new IllegalArgumentException("delimiter and quote must not be the same");
    }
  }

  /** What stands between the values of that file. */
  char delimiter(String path) {
    return delimiter.orElse(FileFormat.hasTabs(path) ? '\t' : ',');
  }
}
