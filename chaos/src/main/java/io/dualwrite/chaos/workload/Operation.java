package io.dualwrite.chaos.workload;

import java.sql.SQLException;

/** One thing that an application does: a transaction or several. */
@FunctionalInterface
interface Operation {
  void run(Session session) throws SQLException;
}
