package io.dualwrite.reconciler.backfill.file;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads a file's records in its order, a few at a time. Not safe for use by several threads. */
final class RecordCursor implements AutoCloseable {
  static final int LONGEST_LINE = 16 * 1024 * 1024;
  static final String REJECTS = "dualwrite_rejects";

  /** Of so many mistakes the engine keeps the lines, in memory. */
  static final int MOST_REJECTS = 200_000;

  private static final String FORM = "are delimiter, quote and encoding right?";

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

  /** What was said of a file, of which the engine may hold lines that are no records. */
  static String said(SQLException e, boolean rejects) {
    return FileReadException.said(e)
        + (rejects && FileReadException.isOutOfMemory(e)
            ? " Lines that are no records are held in memory, and may be too many or too long for it: "
                + FORM
            : "");
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
        file.shown() + " could not be read behind record " + read + ": " + said(e, rejects));
  }

  /**
   * Hands over what was no record, line by line, in the file's order; to be asked at the end.
   *
   * @throws FileReadException if there is more of it than is kept; nothing is handed over
   */
  void unreadable(Consumer<Unreadable> each) {
    if (!rejects) {
      return;
    }
    try {
      requireFew();
      try (Statement found = engine.statement();
          ResultSet lines =
              found.executeQuery(
                  "SELECT coalesce(line_byte_position, 0), error_type, csv_line FROM "
                      + REJECTS
                      // The first of several of a line.
                      + " WHERE rowid IN (SELECT arg_min(rowid, coalesce(byte_position, 0)) FROM "
                      + REJECTS
                      + " GROUP BY line_byte_position)")) {
        while (lines.next()) {
          each.accept(
              new Unreadable(
                  lines.getLong(1),
                  lines.getString(2),
                  withoutEnd(String.valueOf(lines.getString(3)))));
        }
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private void requireFew() throws SQLException {
    long found = Long.parseLong(engine.rows("SELECT count(*) FROM " + REJECTS).get(0).get(0));
    if (found > MOST_REJECTS) {
      throw new FileReadException(
          String.format(
              Locale.ROOT,
              "more than %,d lines of %s are no records, or have so many mistakes: %s",
              MOST_REJECTS,
              file.shown(),
              FORM));
    }
  }

  /** Tabs and blanks belong to the line. */
  private static String withoutEnd(String line) {
    int end = line.length();
    while (end > 0 && isLineEnd(line.charAt(end - 1))) {
      end--;
    }
    int begin = 0;
    while (begin < end && isLineEnd(line.charAt(begin))) {
      begin++;
    }
    return line.substring(begin, end);
  }

  private static boolean isLineEnd(char c) {
    return c == '\n' || c == '\r';
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
