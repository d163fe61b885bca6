package io.dualwrite.jdbc.copy;

import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A transaction of the secondary that outlives its connection.
 *
 * @param id what names it, free of quotes
 */
record PreparedTransaction(String id) {

  /** Prepares the connection's transaction. An exception leaves open whether it is prepared. */
  static PreparedTransaction prepare(Connection secondary, String id) throws SQLException {
    run(secondary, "PREPARE TRANSACTION ", id);
    secondary.setAutoCommit(true);
    return new PreparedTransaction(id);
  }

  /** An exception leaves open what has become of it. */
  void commit(Connection secondary) throws SQLException {
    run(secondary, "COMMIT PREPARED ", id);
  }

  /** The same. */
  void rollback(Connection secondary) throws SQLException {
    run(secondary, "ROLLBACK PREPARED ", id);
  }

  private static void run(Connection secondary, String what, String id) throws SQLException {
    try (Statement statement = secondary.createStatement()) {
      statement.execute(what + Identifiers.literal(id));
    }
  }
}
