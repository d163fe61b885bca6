package io.dualwrite.reconciler.backfill.file;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a file's records in its order, a few at a time. Not safe for use by several threads. */
final class RecordCursor implements AutoCloseable {
  static final int LONGEST_LINE = 16 * 1024 * 1024;
  static final String REJECTS = "dualwrite_rejects";

  private final Engine engine;
  private final SourceFile file;
  private final Statement statement;
  private final ResultSet rows;
  private final int columns;
  private final boolean rejects;
  private long read;

  private RecordCursor(
      Engine engine,
      SourceFile file,
      Statement statement,
      ResultSet rows,
      int columns,
      boolean rejects) {
    this.engine = engine;
    this.file = file;
    this.statement = statement;
    this.rows = rows;
    this.columns = columns;
    this.rejects = rejects;
  }

  static RecordCursor open(Engine engine, SourceFile file, String sql, int columns, boolean rejects)
      throws SQLException {
    engine.run("DROP TABLE IF EXISTS " + REJECTS);
    engine.run("DROP TABLE IF EXISTS " + REJECTS + "_scans");
    Statement statement = engine.statement();
    try {
      return new RecordCursor(
          engine, file, statement, statement.executeQuery(sql), columns, rejects);
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
  }

  /** Leaves out so many records, which have been loaded before. */
  void skip(long records) {
    try {
      while (read < records) {
        if (!rows.next()) {
          throw new FileReadException(
              file.shown() + " has fewer records than had been loaded of it: it was changed");
        }
        read++;
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** The next records; none at the end. */
  List<FileRecord> next(int most, long characters) {
    List<FileRecord> batch = new ArrayList<>();
    long size = 0;
    try {
      while (batch.size() < most && size < characters && rows.next()) {
        List<@Nullable String> values = new ArrayList<>(columns);
        for (int i = 1; i <= columns; i++) {
          values.add(rows.getString(i));
        }
        FileRecord next = new FileRecord(++read, values);
        size += next.size();
        batch.add(next);
      }
      return batch;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Without its cause, which may repeat the line. */
  private FileReadException failed(SQLException e) {
    return new FileReadException(
        file.shown()
            + " could not be read behind record "
            + read
            + ": "
            + FileReadException.said(e));
  }

  /** What was no record, in the file's order; to be asked at the end. */
  List<Unreadable> unreadable() {
    if (!rejects) {
      return List.of();
    }
    try {
      List<Unreadable> found = new ArrayList<>();
      for (List<String> row :
          engine.rows(
              "SELECT line_byte_position, min_by(error_type, byte_position), any_value(csv_line) FROM "
                  + REJECTS
                  + " GROUP BY line_byte_position ORDER BY line_byte_position")) {
        found.add(new Unreadable(Long.parseLong(row.get(0)), row.get(1), row.get(2).strip()));
      }
      return found;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  @Override
  public void close() {
    try {
      rows.close();
      statement.close();
    } catch (SQLException e) {
      throw failed(e);
    }
  }
}
