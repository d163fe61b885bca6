package io.dualwrite.jdbc.wrap;

import java.sql.SQLException;
import java.sql.Statement;

/**
 * One of JDBC's methods that run a statement, on the inner statement and with the text that it is
 * to run.
 */
@FunctionalInterface
interface Call<R> {
  /**
   * Runs it.
   *
   * @param inner what {@link StatementForms#inner} gave
   * @param text what to run; a prepared statement knows it already
   * @param keys whether to ask for generated keys: they are the keys of the rows, for {@code
   *     BEST_EFFORT}
   */
  R on(Statement inner, String text, boolean keys) throws SQLException;

  /** Whether it can run so that generated keys come beside its result: a query cannot. */
  default boolean acceptsKeys() {
    return true;
  }
}
