package io.dualwrite;

/**
 * Under {@link FailurePolicy#STRICT} the secondary did not take a write. The cause is the
 * secondary's own exception, if it threw one; a failure of the compensation is suppressed onto this
 * one.
 */
public final class SecondaryWriteException extends DualWriteException {
  private static final long serialVersionUID = 1L;

  private final Side secondary;
  private final FailureReason reason;
  private final boolean primaryWritten;

  SecondaryWriteException(
      String writer,
      String operation,
      Object key,
      Side secondary,
      Verdict verdict,
      boolean primaryWritten,
      String state) {
    super(
        "%s: \"%s\" of key %s: the %s did not take the write (%s); %s"
            .formatted(writer, operation, key, secondary.label(), verdict.describe(), state),
        operation,
        key,
        verdict.cause());
    this.secondary = secondary;
    this.reason = verdict.requireReason();
    this.primaryWritten = primaryWritten;
  }

  /** The side that did not take the write. */
  public Side secondary() {
    return secondary;
  }

  /** Why it did not. */
  public FailureReason reason() {
    return reason;
  }

  /** Whether the primary has the write: it was called, and no compensation took it back. */
  public boolean primaryWritten() {
    return primaryWritten;
  }
}
