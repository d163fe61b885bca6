package io.dualwrite.reconciler.watch;

/** At this moment a database, or the configuration, does not let anybody look. */
public final class CannotLookException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** {@code problem} is one line without row values. */
  public CannotLookException(String problem, Throwable cause) {
    super(problem, cause);
  }

  /** What keeps from looking. */
  public String problem() {
    return String.valueOf(getMessage());
  }
}
