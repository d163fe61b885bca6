package io.dualwrite.benchmarks.system;

import java.sql.SQLException;

/** Where an application writes, opened. Safe for use by many threads. */
interface Store extends AutoCloseable {
  /** Runs one transaction of the application and returns when the application may go on. */
  void write(Workload workload, long id) throws SQLException;

  @Override
  void close() throws SQLException;
}
