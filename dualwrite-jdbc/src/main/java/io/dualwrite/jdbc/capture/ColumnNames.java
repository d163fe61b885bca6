package io.dualwrite.jdbc.capture;

import java.sql.SQLException;
import java.util.List;

/** Asks the server for the labels of the columns that a statement returns, without running it. */
@FunctionalInterface
public interface ColumnNames {

  /**
   * The labels in order.
   *
   * @param sql a statement with a {@code RETURNING} clause, {@code ?} placeholders as pgjdbc sees
   *     them
   */
  List<String> of(String sql) throws SQLException;
}
