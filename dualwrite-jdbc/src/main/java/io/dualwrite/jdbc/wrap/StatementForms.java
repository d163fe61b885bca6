package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A wrapped statement as {@link Execution} sees it: it can run its text as it is, or in the form
 * that a plan asks for.
 */
interface StatementForms {
  /**
   * The parameters as they are set, for another thread; null where they are not known or can be set
   * only once.
   */
  @Nullable BoundParameters parameters();

  /** The plan of the text, by what is known of the schema now. */
  CapturePlan plan() throws SQLException;

  /** The text as the application wrote it. */
  String sql();

  /** Runs the text as the application wrote it. */
  <R> R asWritten(Call<R> call) throws SQLException;

  /**
   * The inner statement, ready to run a text. A prepared statement is prepared anew where it is in
   * another form.
   */
  Statement inner(String text, boolean keys) throws SQLException;

  /** Whether rows' keys can be had as generated keys without the application noticing. */
  boolean canReturnKeys();

  /**
   * The inner statement's generated keys were read and closed; the application asked for none and
   * sees none.
   */
  void keysTaken();
}
