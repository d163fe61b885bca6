package io.dualwrite.reconciler.backfill.file;

import static java.util.stream.Collectors.joining;

import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Which columns files have and how they are read.
 *
 * @param engine reads them
 * @param pair the table that they are loaded into
 * @param csv how CSV files are written
 */
record FileReading(Engine engine, TablePair pair, CsvForm csv) {
  private static final String TEXT = "VARCHAR";
  private static final char NO_DELIMITER = '\1';

  /** The columns' names with their types, in the file's order. */
  Map<String, String> columns(SourceFile file) {
    try {
      return file.format() == FileFormat.PARQUET ? parquetColumns(file) : csvColumns(file);
    } catch (SQLException e) {
      throw FileReadException.of(file.shown(), e);
    }
  }

  private Map<String, String> parquetColumns(SourceFile file) throws SQLException {
    Map<String, String> columns = new LinkedHashMap<>();
    for (List<String> row : engine.rows("DESCRIBE SELECT * FROM " + parquet(file))) {
      columns.put(row.get(0), row.get(1));
    }
    return columns;
  }

  private Map<String, String> csvColumns(SourceFile file) throws SQLException {
    if (!csv.header()) {
      List<String> names =
          csv.columns().isEmpty()
              ? pair.columns().stream().map(c -> c.source().name()).toList()
              : csv.columns();
      return texts(file, names);
    }
    List<List<String>> lines =
        engine.rows(
            "SELECT * FROM "
                // As one value, in which quotes mean nothing.
                + csv(file, NO_DELIMITER, "", "{'line': 'VARCHAR'}", false, ", strict_mode = false")
                + " LIMIT 1");
    if (lines.isEmpty()) {
      throw new IllegalArgumentException(file.shown() + " is empty: it has no header");
    }
    List<String> names =
        CsvHeader.names(withoutMark(lines.get(0).get(0)), csv.delimiter(file.path()), csv.quote())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        file.shown() + ": a quote in the header is not closed"));
    return texts(file, names);
  }

  private static String withoutMark(String line) {
    return line.startsWith("\uFEFF") ? line.substring(1) : line;
  }

  private static Map<String, String> texts(SourceFile file, List<String> names) {
    Map<String, String> columns = new LinkedHashMap<>();
    for (String name : names) {
      if (columns.put(name, TEXT) != null) {
        throw new IllegalArgumentException(file.shown() + " has two columns " + name);
      }
    }
    return columns;
  }

  /**
   * How many records a Parquet file has; empty for others, which say so only when they are read.
   */
  OptionalLong rows(SourceFile file) {
    if (file.format() != FileFormat.PARQUET) {
      return OptionalLong.empty();
    }
    try {
      String rows =
          engine
              .rows("SELECT num_rows FROM parquet_file_metadata(" + file.literal() + ")")
              .get(0)
              .get(0);
      return OptionalLong.of(Long.parseLong(rows));
    } catch (SQLException e) {
      throw FileReadException.of(file.shown(), e);
    }
  }

  /** Counts the records by reading the file. */
  long count(SourceFile file, int columns) {
    try {
      String from =
          file.format() == FileFormat.PARQUET
              ? parquet(file)
              : csv(file, columns, ", ignore_errors = true");
      return Long.parseLong(engine.rows("SELECT count(*) FROM " + from).get(0).get(0));
    } catch (SQLException e) {
      throw FileReadException.of(file.shown(), e);
    }
  }

  /**
   * Begins to read the file's records, in its order.
   *
   * @param columns what is read
   * @param all how many columns the file has
   */
  RecordCursor open(SourceFile file, List<FileColumn> columns, int all) {
    try {
      if (file.format() == FileFormat.PARQUET) {
        String texts =
            columns.stream()
                .map(c -> ParquetText.of(Engine.name(c.name()), c.type(), c.pair().target()))
                .collect(joining(", "));
        return RecordCursor.open(
            engine, file, "SELECT " + texts + " FROM " + parquet(file), columns.size(), false);
      }
      String places = columns.stream().map(c -> "c" + c.place()).collect(joining(", "));
      String rejects =
          ", store_rejects = true, rejects_table = '"
              + RecordCursor.REJECTS
              + "', rejects_scan = '"
              + RecordCursor.REJECTS
              + "_scans', rejects_limit = "
              + (RecordCursor.MOST_REJECTS + 1);
      return RecordCursor.open(
          engine,
          file,
          "SELECT " + places + " FROM " + csv(file, all, rejects),
          columns.size(),
          true);
    } catch (SQLException e) {
      throw new FileReadException(
          file.shown()
              + " could not be read: "
              + RecordCursor.said(e, file.format() == FileFormat.CSV));
    }
  }

  private static String parquet(SourceFile file) {
    return "read_parquet(" + file.literal() + ", hive_partitioning = false)";
  }

  private String csv(SourceFile file, int columns, String more) {
    StringBuilder struct = new StringBuilder("{");
    for (int i = 0; i < columns; i++) {
      struct.append(i == 0 ? "" : ", ").append("'c").append(i).append("': 'VARCHAR'");
    }
    return csv(
        file,
        csv.delimiter(file.path()),
        csv.quote().map(String::valueOf).orElse(""),
        struct.append('}').toString(),
        csv.header(),
        ", strict_mode = true" + more);
  }

  /** Nothing is guessed: a guess that is wrong would lose records in silence. */
  private String csv(
      SourceFile file, char delimiter, String quote, String columns, boolean header, String more) {
    return "read_csv("
        + file.literal()
        + ", auto_detect = false, hive_partitioning = false, compression = "
        + Engine.literal(Compression.of(file.path()).word())
        + ", delim = "
        + Engine.literal(String.valueOf(delimiter))
        + ", quote = "
        + Engine.literal(quote)
        + ", escape = "
        + Engine.literal(quote)
        + ", header = "
        + header
        + ", nullstr = "
        + Engine.literal(csv.nullText())
        + ", allow_quoted_nulls = false, encoding = "
        + Engine.literal(csv.encoding())
        + ", max_line_size = "
        + RecordCursor.LONGEST_LINE
        // Else sixteen times the longest line.
        + ", buffer_size = "
        + 2 * RecordCursor.LONGEST_LINE
        // Else it is read in ranges, even by one thread, and where one begins is a guess.
        + ", parallel = false, columns = "
        + columns
        + more
        + ")";
  }
}
