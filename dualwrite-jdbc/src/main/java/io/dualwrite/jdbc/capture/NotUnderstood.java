package io.dualwrite.jdbc.capture;

/** A text is not of the form that its first words promise. Never leaves this package. */
final class NotUnderstood extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotUnderstood(String what) {
    super(what, null, false, false);
  }
}
