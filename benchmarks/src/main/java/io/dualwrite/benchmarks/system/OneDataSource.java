package io.dualwrite.benchmarks.system;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** An application that knows of one {@code DataSource}, whatever is behind it. */
record OneDataSource(DataSource dataSource, Closing closing) implements Store {
  /** What ends the data source. */
  @FunctionalInterface
  interface Closing {
    void close() throws SQLException;
  }

  @Override
  public void write(Workload workload, long id) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      if (workload.autoCommit()) {
        workload.run(connection, id);
        return;
      }
      connection.setAutoCommit(false);
      try {
        workload.run(connection, id);
        connection.commit();
      } catch (SQLException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    }
  }

  @Override
  public void close() throws SQLException {
    closing.close();
  }
}
