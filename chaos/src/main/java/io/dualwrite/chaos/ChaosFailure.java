package io.dualwrite.chaos;

import org.jspecify.annotations.Nullable;

/** What must hold does not; the message says what, without row values. */
public final class ChaosFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  public ChaosFailure(String message) {
    super(message);
  }

  public ChaosFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
