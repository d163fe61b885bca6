package io.dualwrite.reconciler;

/**
 * What was asked for cannot be done; the message says what, where and what next, in one line and
 * without row values.
 */
public final class ReconcilerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Kind kind;

  /** Whose turn it is to do something about it. */
  public enum Kind {
    /** The request or the configuration is wrong. */
    USAGE,
    /** Somebody else was faster: what was to be changed is another than was thought. */
    CONFLICT,
    /** A database could not be reached, or failed. */
    DATABASE
  }

  ReconcilerException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  ReconcilerException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** Whose turn it is. */
  public Kind kind() {
    return kind;
  }
}
