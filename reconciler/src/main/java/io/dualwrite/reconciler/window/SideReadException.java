package io.dualwrite.reconciler.window;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.journal.MissingPrivilegeException;
import java.sql.SQLException;

/** One side could not be read; what was to be learned is unknown. */
public final class SideReadException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final String PRIVILEGE_MISSING = "42501";

  private final Side side;
  private final SQLException failure;

  /** {@code side} answered with {@code failure}. */
  public SideReadException(Side side, SQLException failure) {
    super(side.label() + ": " + Failures.describe(failure), failure);
    this.side = side;
    this.failure = failure;
  }

  /** Whether the connection is gone, so that asking again at once is of no use. */
  public boolean isDown() {
    String state = failure.getSQLState();
    return state != null && (state.startsWith("08") || state.startsWith("57P"));
  }

  /** The side and what it said, in one line without row values. */
  public String problem() {
    return side.label() + ": " + Failures.describe(failure);
  }

  /** Whether the server refused the user what was asked, without a word on how to grant it. */
  public boolean isRefused() {
    return !(failure instanceof MissingPrivilegeException)
        && PRIVILEGE_MISSING.equals(failure.getSQLState());
  }

  /** The side that failed. */
  public Side side() {
    return side;
  }

  /** What it said. */
  public SQLException failure() {
    return failure;
  }
}
