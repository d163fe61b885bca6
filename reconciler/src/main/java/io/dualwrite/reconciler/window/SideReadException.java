package io.dualwrite.reconciler.window;

import io.dualwrite.Side;
import java.sql.SQLException;

/** One side could not be read; what was to be learned is unknown. */
public final class SideReadException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Side side;
  private final SQLException failure;

  /** {@code side} answered with {@code failure}. */
  public SideReadException(Side side, SQLException failure) {
    super(side.label() + ": " + failure.getSQLState(), failure);
    this.side = side;
    this.failure = failure;
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
