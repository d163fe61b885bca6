package io.dualwrite.jdbc.pipeline;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.postgresql.PGStatement;

/**
 * Statements that the server plans each time. The driver would have it keep a plan, which may have
 * been made when a table was nearly empty: reading it from end to end, for each thousand rows of
 * the millions that it holds by now.
 */
public final class PlannedAfresh {
  private PlannedAfresh() {}

  /** Has this statement planned at each execution, where the driver is pgjdbc. */
  public static void each(PreparedStatement statement) throws SQLException {
    if (statement.isWrapperFor(PGStatement.class)) {
      statement.unwrap(PGStatement.class).setPrepareThreshold(0);
    }
  }
}
