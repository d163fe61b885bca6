package io.dualwrite.benchmarks.system;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * What an application writes that does it itself: everything on the source, then everything on the
 * target, then both commits in that order. A crash in between leaves the databases different.
 */
record HandWritten(HikariDataSource source, HikariDataSource target) implements Store {
  @Override
  public void write(Workload workload, long id) throws SQLException {
    try (Connection first = source.getConnection();
        Connection second = target.getConnection()) {
      if (workload.autoCommit()) {
        workload.run(first, id);
        workload.run(second, id);
        return;
      }
      first.setAutoCommit(false);
      second.setAutoCommit(false);
      try {
        workload.run(first, id);
        workload.run(second, id);
        first.commit();
        second.commit();
      } catch (SQLException e) {
        first.rollback();
        second.rollback();
        throw e;
      } finally {
        first.setAutoCommit(true);
        second.setAutoCommit(true);
      }
    }
  }

  @Override
  public void close() {
    try (source;
        target) {
      // Both, also when one does not close.
    }
  }
}
