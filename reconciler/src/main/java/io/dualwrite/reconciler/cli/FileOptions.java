package io.dualwrite.reconciler.cli;

import io.dualwrite.reconciler.backfill.file.Absent;
import io.dualwrite.reconciler.backfill.file.CsvForm;
import io.dualwrite.reconciler.backfill.file.FileBackfillOptions;
import io.dualwrite.reconciler.backfill.file.FileFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Files that history is loaded from, instead of the source. */
final class FileOptions {
  @Option(
      names = "--file",
      paramLabel = "PATH_OR_URL",
      arity = "1..*",
      description =
          "Load CSV or Parquet files into the one --table instead: paths, patterns in quotes, https:// or"
              + " s3:// URLs. Where the source has a row, the source's is taken.",
      order = 20)
  private List<String> files = new ArrayList<>();

  @Option(
      names = "--absent",
      paramLabel = "WHAT",
      completionCandidates = Candidates.AbsentRows.class,
      description =
          "Records that the source has not: insert (the files are an archive) or skip (the source"
              + " decides). Default: they are counted and held back.",
      order = 21)
  private @Nullable String absent;

  @Option(
      names = "--set-aside",
      paramLabel = "FILE",
      description = "Where bad records go. Default: <table>-set-aside.csv, which must not exist.",
      order = 22)
  private @Nullable Path setAside;

  @Option(
      names = "--ignore-column",
      paramLabel = "NAME",
      description =
          "A column of the files that is not loaded, or one of the table that they have not.",
      order = 23)
  private List<String> ignoredColumns = new ArrayList<>();

  @Option(
      names = "--file-format",
      paramLabel = "FORM",
      completionCandidates = Candidates.FileFormats.class,
      description = "csv or parquet. Default: what the file's name says.",
      order = 24)
  private @Nullable String format;

  @Option(
      names = "--delimiter",
      paramLabel = "CHAR",
      description = "Between values of a CSV file; tab for a tab. Default: a comma.",
      order = 25)
  private @Nullable String delimiter;

  @Option(
      names = "--quote",
      paramLabel = "CHAR",
      description = "Around values of a CSV file; none for none. Default: \".",
      order = 25)
  private @Nullable String quote;

  @Option(
      names = "--null",
      paramLabel = "TEXT",
      description = "What stands for null, without quotes. Default: nothing.",
      order = 25)
  private @Nullable String nullText;

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      description = "utf-8, utf-16 or latin-1. Default: utf-8.",
      order = 25)
  private @Nullable String encoding;

  @Option(
      names = "--no-header",
      description = "The first line is a record. The columns are then those of --columns.",
      order = 25)
  private boolean noHeader;

  @Option(
      names = "--columns",
      paramLabel = "NAMES",
      split = ",",
      description =
          "The columns of files without a header, with commas. Default: the table's, in its order.",
      order = 25)
  private List<String> columns = new ArrayList<>();

  boolean given() {
    return !files.isEmpty();
  }

  /**
   * Throws if something was given that has no meaning here.
   *
   * @throws IllegalArgumentException naming it
   */
  void check() {
    if (given()) {
      return;
    }
    Map<String, Boolean> others = new LinkedHashMap<>();
    others.put("--absent", absent != null);
    others.put("--set-aside", setAside != null);
    others.put("--ignore-column", !ignoredColumns.isEmpty());
    others.put("--file-format", format != null);
    others.put("--delimiter", delimiter != null);
    others.put("--quote", quote != null);
    others.put("--null", nullText != null);
    others.put("--encoding", encoding != null);
    others.put("--no-header", noHeader);
    others.put("--columns", !columns.isEmpty());
    others.forEach(
        (option, is) -> {
          if (is) {
            throw new IllegalArgumentException(option + " goes with --file");
          }
        });
  }

  FileBackfillOptions options(String table) {
    return FileBackfillOptions.of(table, files)
        .absent(absent())
        .setAside(Optional.ofNullable(setAside))
        .ignoredColumns(ignoredColumns)
        .format(format())
        .csv(csv());
  }

  private Absent absent() {
    if (absent == null) {
      return Absent.HOLD;
    }
    return switch (absent.toLowerCase(Locale.ROOT)) {
      case "insert" -> Absent.INSERT;
      case "skip" -> Absent.SKIP;
      default ->
          throw new IllegalArgumentException("--absent must be insert or skip, was " + absent);
    };
  }

  private Optional<FileFormat> format() {
    if (format == null) {
      return Optional.empty();
    }
    return switch (format.toLowerCase(Locale.ROOT)) {
      case "csv" -> Optional.of(FileFormat.CSV);
      case "parquet" -> Optional.of(FileFormat.PARQUET);
      default ->
          throw new IllegalArgumentException("--file-format must be csv or parquet, was " + format);
    };
  }

  private CsvForm csv() {
    CsvForm usual = CsvForm.DEFAULT;
    return new CsvForm(
        Optional.ofNullable(delimiter).map(d -> character("--delimiter", d)),
        quote == null
            ? usual.quote()
            : Optional.of(quote).filter(q -> !q.equals("none")).map(q -> character("--quote", q)),
        nullText == null ? usual.nullText() : nullText,
        encoding == null ? usual.encoding() : encoding,
        !noHeader,
        columns);
  }

  private static char character(String option, String text) {
    if (text.equals("tab") || text.equals("\\t")) {
      return '\t';
    }
    if (text.length() != 1 || text.charAt(0) > 127) {
      throw new IllegalArgumentException(
          option + " must be one ASCII character or tab, was " + text);
    }
    return text.charAt(0);
  }

  /** The options again that say what is loaded and what of it. */
  List<String> scope() {
    List<String> scope = new ArrayList<>();
    FileBackfillOptions.shown(files).forEach(f -> scope.addAll(List.of("--file", f)));
    if (absent != null) {
      scope.addAll(List.of("--absent", absent));
    }
    if (setAside != null) {
      scope.addAll(List.of("--set-aside", setAside.toString()));
    }
    ignoredColumns.forEach(c -> scope.addAll(List.of("--ignore-column", c)));
    if (format != null) {
      scope.addAll(List.of("--file-format", format));
    }
    if (delimiter != null) {
      scope.addAll(List.of("--delimiter", delimiter));
    }
    if (quote != null) {
      scope.addAll(List.of("--quote", quote));
    }
    if (nullText != null) {
      scope.addAll(List.of("--null", nullText));
    }
    if (encoding != null) {
      scope.addAll(List.of("--encoding", encoding));
    }
    if (noHeader) {
      scope.add("--no-header");
    }
    if (!columns.isEmpty()) {
      scope.addAll(List.of("--columns", String.join(",", columns)));
    }
    return scope;
  }
}
