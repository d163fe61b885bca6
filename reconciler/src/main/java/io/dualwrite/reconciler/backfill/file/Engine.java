package io.dualwrite.reconciler.backfill.file;

import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.duckdb.DuckDBDriver;

/**
 * DuckDB within this process, which reads the files. It keeps no file of its own, fetches nothing
 * from the internet unless a URL is read, and needs memory outside the heap, within a limit. One
 * query at a time.
 */
final class Engine implements AutoCloseable {
  private static final String MEMORY = "256MB";
  static final String DRIVER = "org.duckdb:duckdb_jdbc:1.4.2.0";

  private final Connection connection;

  private Engine(Connection connection) {
    this.connection = connection;
  }

  static Engine open() {
    Properties properties = new Properties();
    // Else a whole result is held in memory.
    properties.setProperty("jdbc_stream_results", "true");
    try {
      Engine engine = new Engine(new DuckDBDriver().connect("jdbc:duckdb:", properties));
      UnpackedLibrary.unlink();
      engine.run("SET memory_limit = '" + MEMORY + "'");
      engine.run("SET threads = 1");
      engine.run("SET temp_directory = ''");
      engine.run("SET TimeZone = 'UTC'");
      engine.run("SET autoinstall_known_extensions = false");
      engine.run("SET autoload_known_extensions = false");
      return engine;
    } catch (SQLException | LinkageError e) {
      throw notStarted(e);
    }
  }

  private static FileReadException notStarted(Throwable e) {
    // Of a class whose initialization has failed before, the same is said in other words.
    boolean missing =
        e instanceof NoClassDefFoundError && !String.valueOf(e.getMessage()).contains("initialize");
    if (missing) {
      return new FileReadException(
          "files are read by DuckDB, which is not on the class path: add "
              + DRIVER
              + " (the runnable reconciler.jar has it)",
          e);
    }
    Throwable cause =
        e instanceof ExceptionInInitializerError && e.getCause() != null ? e.getCause() : e;
    return new FileReadException(
        "DuckDB, which reads the files, could not be started on this machine ("
            + cause.getClass().getSimpleName()
            + "). It needs "
            + DRIVER
            + " for this platform, and 60 MB in the directory for temporary files, "
            + System.getProperty("java.io.tmpdir")
            + " (another with -Djava.io.tmpdir=DIRECTORY)",
        e);
  }

  void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  Statement statement() throws SQLException {
    return connection.createStatement();
  }

  /** All rows of a small result. */
  List<List<String>> rows(String sql) throws SQLException {
    List<List<String>> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      int columns = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        List<String> row = new ArrayList<>(columns);
        for (int i = 1; i <= columns; i++) {
          row.add(String.valueOf(rows.getString(i)));
        }
        found.add(row);
      }
    }
    return found;
  }

  /** A text as a constant. */
  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  static String name(String column) {
    return Identifiers.quote(column);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new FileReadException("DuckDB could not be closed", e);
    }
  }
}
