package io.dualwrite.reconciler.backfill.file;

import io.dualwrite.jdbc.schema.TablePair;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The files of a load with the columns that are read of them.
 *
 * @param reading how they are read
 * @param files in the order in which they are loaded
 */
record FileSet(FileReading reading, List<Mapped> files) {

  /**
   * A file.
   *
   * @param file it
   * @param names all columns that it has, in its order
   * @param columns those that are loaded, in the table's order
   */
  record Mapped(SourceFile file, List<String> names, List<FileColumn> columns) {}

  /**
   * Finds the files and looks at their columns.
   *
   * @throws IllegalArgumentException naming what does not fit
   */
  static FileSet of(Engine engine, TablePair pair, FileBackfillOptions options) {
    if (pair.key().isEmpty()) {
      throw new IllegalArgumentException(
          pair.name()
              + " has no key, so it cannot be told whether the target or the source has a record of a file already."
              + " Name the columns that tell its rows apart with `key` under tables.overrides, or load it with COPY"
              + " into both sides before the dual writes begin");
    }
    FileReading reading = new FileReading(engine, pair, options.csv());
    ColumnMapping mapping = new ColumnMapping(pair, options.ignoredColumns());
    List<Mapped> files = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (SourceFile file :
        new SourceFiles(engine, options.format()).find(options.files(), options.setAsideFile())) {
      Map<String, String> columns = reading.columns(file);
      names.addAll(columns.keySet());
      List<FileColumn> loaded = mapping.of(file.shown(), columns);
      loaded.stream()
          .filter(c -> ParquetText.isUnclear(c.type(), c.pair().target()))
          .findFirst()
          .ifPresent(
              c -> {
                throw new IllegalArgumentException(
                    file.shown()
                        + ": column "
                        + c.name()
                        + " has bytes, and the table's column is "
                        + c.pair().target().type()
                        + ". Write it as a string, or leave it out with --ignore-column "
                        + c.name());
              });
      files.add(new Mapped(file, List.copyOf(columns.keySet()), loaded));
    }
    mapping
        .unknownIgnored(names)
        .ifPresent(
            problem -> {
              throw new IllegalArgumentException(problem);
            });
    return new FileSet(reading, List.copyOf(files));
  }

  /** The table's names of the columns that are loaded, the same of every file. */
  List<String> columns() {
    return files.get(0).columns().stream().map(c -> c.pair().source().name()).toList();
  }

  /** How many records all files have, where that is known without reading them. */
  OptionalLong records() {
    long all = 0;
    for (Mapped each : files) {
      OptionalLong rows = reading.rows(each.file());
      if (rows.isEmpty()) {
        return rows;
      }
      all += rows.getAsLong();
    }
    return OptionalLong.of(all);
  }

  /**
   * Fails if one of the files breaks off; they are read through for that.
   *
   * @param done so many have been loaded
   */
  void requireWhole(int done) {
    files.subList(done, files.size()).forEach(f -> f.file().requireWhole());
  }

  /** Fails if the file was changed since it was found. */
  void requireUnchanged(Mapped file) {
    new SourceFiles(reading.engine(), Optional.empty()).requireUnchanged(file.file());
  }

  RecordCursor open(Mapped file) {
    return reading.open(file.file(), file.columns(), file.names().size());
  }
}
