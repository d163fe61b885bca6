package io.dualwrite;

import org.jspecify.annotations.Nullable;

/**
 * Takes a write back from the primary, when the secondary did not take it under {@link
 * FailurePolicy#STRICT}.
 */
@FunctionalInterface
public interface Compensation {
  /**
   * Undoes the write. Called on the application's thread, before it gets the exception, and not
   * interrupted.
   *
   * @throws Exception if it could not; it is suppressed onto the exception that the application
   *     gets
   */
  void compensate(FailedWrite write) throws Exception;

  /**
   * The write to take back.
   *
   * @param primary the side that has it
   * @param answer what the primary answered
   */
  record FailedWrite(
      String operation, Object key, Side primary, @Nullable Object answer, FailureReason reason) {
    /** Without the answer, which may hold values. */
    @Override
    public String toString() {
      return operation
          + " of key "
          + key
          + " on the "
          + primary.label()
          + " ("
          + reason.label()
          + ")";
    }
  }
}
