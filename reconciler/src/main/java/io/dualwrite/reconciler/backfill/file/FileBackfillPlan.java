package io.dualwrite.reconciler.backfill.file;

import java.nio.file.Path;
import java.util.List;

/**
 * What a load of files would do.
 *
 * @param table the table's identity
 * @param files the files in the order in which they would be loaded
 * @param absent what would become of records that the source has not
 * @param setAside where bad records would go
 * @param notes what the reader should know
 */
public record FileBackfillPlan(
    String table, List<PlannedFile> files, Absent absent, Path setAside, List<String> notes) {
  public FileBackfillPlan {
    files = List.copyOf(files);
    notes = List.copyOf(notes);
  }

  /**
   * One file.
   *
   * @param file its path or URL, without what may be secret in it
   * @param format how it is written
   * @param bytes its size
   * @param records how many records can be read
   * @param columns the columns that are loaded, {@code file's name → table's name} where they are
   *     called otherwise
   * @param ignored columns of the file that are not
   */
  public record PlannedFile(
      String file,
      FileFormat format,
      long bytes,
      long records,
      List<String> columns,
      List<String> ignored) {
    public PlannedFile {
      columns = List.copyOf(columns);
      ignored = List.copyOf(ignored);
    }
  }
}
