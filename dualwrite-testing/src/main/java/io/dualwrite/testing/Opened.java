package io.dualwrite.testing;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Something of the driver's that has to be closed.
 *
 * @param kind what it is, in words
 * @param resource the driver's own object, asked whether it is closed
 * @param origin where it was opened
 */
record Opened(String kind, AutoCloseable resource, Throwable origin) {

  /**
   * Closing a connection closes neither the statements of it nor their results here: they have to
   * be closed by their user, as a pool would hand their connection on.
   */
  boolean isOpen() {
    try {
      if (resource instanceof Connection connection) {
        return !connection.isClosed();
      }
      if (resource instanceof Statement statement) {
        return !statement.isClosed();
      }
      return !((ResultSet) resource).isClosed();
    } catch (SQLException e) {
      throw new IllegalStateException("cannot tell whether a " + kind + " is closed", e);
    }
  }
}
