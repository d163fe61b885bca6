package io.dualwrite.jdbc.capture;

/**
 * The generated keys that the application asked for, and what pgjdbc makes of that.
 *
 * @param added whether it adds {@code RETURNING} to the statement
 */
record DriverKeys(RequestedKeys requested, boolean added) {
  static DriverKeys of(RequestedKeys requested, TokenRun run, boolean firstOfText) {
    return new DriverKeys(
        requested,
        !(requested instanceof RequestedKeys.None) && AddedReturning.to(run, firstOfText));
  }

  /**
   * Whether pgjdbc adds nothing to this statement, but would to one that begins with {@code WITH}.
   */
  boolean inVain() {
    return !added && !(requested instanceof RequestedKeys.None);
  }

  /** Whether all columns come back. */
  boolean all() {
    return added && Returned.asksForAll(requested);
  }
}
