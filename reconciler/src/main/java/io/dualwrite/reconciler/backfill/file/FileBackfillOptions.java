package io.dualwrite.reconciler.backfill.file;

import io.dualwrite.reconciler.load.LoadLimits;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Which files are loaded into which table, and how. Immutable.
 *
 * @param table the table, by its identity
 * @param files paths, patterns with {@code *} and URLs, loaded one after the other
 * @param format how the files are written; empty: what the ends of their names say
 * @param csv how CSV files are written
 * @param ignoredColumns columns of the files that are not loaded, and columns of the table that the
 *     files have not: those get their default
 * @param absent what becomes of records that the source has not
 * @param setAside where bad records go; empty: {@code <table>-set-aside.csv} in the working
 *     directory
 * @param batchRows how many records go into a batch at the most, 1 to 50,000
 * @param load what it may cost the databases
 * @param resume whether to go on with a load of the same files that was interrupted
 */
public record FileBackfillOptions(
    String table,
    List<String> files,
    Optional<FileFormat> format,
    CsvForm csv,
    List<String> ignoredColumns,
    Absent absent,
    Optional<Path> setAside,
    int batchRows,
    LoadLimits load,
    boolean resume) {
  private static final int BATCH_ROWS = 2_000;
  private static final int MOST_ROWS = 50_000;

  public FileBackfillOptions {
    files = List.copyOf(files);
    ignoredColumns = List.copyOf(ignoredColumns);
    if (files.isEmpty()) {
      throw new IllegalArgumentException("no file is given");
    }
    if (batchRows < 1 || batchRows > MOST_ROWS) {
      throw new IllegalArgumentException(
          "batch-rows must be between 1 and " + MOST_ROWS + " for files, was " + batchRows);
    }
  }

  /** These files into that table, where the source has their rows. */
  public static FileBackfillOptions of(String table, List<String> files) {
    return new FileBackfillOptions(
        table,
        files,
        Optional.empty(),
        CsvForm.DEFAULT,
        List.of(),
        Absent.HOLD,
        Optional.empty(),
        BATCH_ROWS,
        LoadLimits.NONE,
        false);
  }

  /** Paths and URLs as they may be shown: without a URL's user, password or signature. */
  public static List<String> shown(List<String> files) {
    return files.stream().map(SourceFile::shown).toList();
  }

  /** Into that table. */
  public FileBackfillOptions table(String name) {
    return with(d -> d.table = name);
  }

  /** Files written so, whatever they are called. */
  public FileBackfillOptions format(Optional<FileFormat> written) {
    return with(d -> d.format = written);
  }

  /** CSV files written so. */
  public FileBackfillOptions csv(CsvForm form) {
    return with(d -> d.csv = form);
  }

  /** Without these columns. */
  public FileBackfillOptions ignoredColumns(List<String> names) {
    return with(d -> d.ignoredColumns = names);
  }

  /** That becomes of records that the source has not. */
  public FileBackfillOptions absent(Absent what) {
    return with(d -> d.absent = what);
  }

  /** Bad records go there. */
  public FileBackfillOptions setAside(Optional<Path> file) {
    return with(d -> d.setAside = file);
  }

  /** So many records in a batch. */
  public FileBackfillOptions batchRows(int rows) {
    return with(d -> d.batchRows = rows);
  }

  /** Within these limits. */
  public FileBackfillOptions load(LoadLimits limits) {
    return with(d -> d.load = limits);
  }

  /** Whether to go on with one that was interrupted. */
  public FileBackfillOptions resume(boolean goOn) {
    return with(d -> d.resume = goOn);
  }

  /** Where bad records go. */
  Path setAsideFile() {
    return setAside.orElse(Path.of(table.replace('/', '_') + "-set-aside.csv"));
  }

  private FileBackfillOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.options();
  }

  /** Options of which one is about to be another. */
  private static final class Draft {
    private String table;
    private List<String> files;
    private Optional<FileFormat> format;
    private CsvForm csv;
    private List<String> ignoredColumns;
    private Absent absent;
    private Optional<Path> setAside;
    private int batchRows;
    private LoadLimits load;
    private boolean resume;

    Draft(FileBackfillOptions options) {
      this.table = options.table;
      this.files = options.files;
      this.format = options.format;
      this.csv = options.csv;
      this.ignoredColumns = options.ignoredColumns;
      this.absent = options.absent;
      this.setAside = options.setAside;
      this.batchRows = options.batchRows;
      this.load = options.load;
      this.resume = options.resume;
    }

    FileBackfillOptions options() {
      return new FileBackfillOptions(
          table, files, format, csv, ignoredColumns, absent, setAside, batchRows, load, resume);
    }
  }
}
