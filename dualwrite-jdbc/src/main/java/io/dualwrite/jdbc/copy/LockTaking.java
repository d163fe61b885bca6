package io.dualwrite.jdbc.copy;

import java.sql.Connection;
import java.sql.SQLException;

/** How locks are taken on the secondary. */
@FunctionalInterface
interface LockTaking {
  /** Takes them; false: not all that are needed are to be had. */
  boolean take(Connection secondary) throws SQLException;
}
