package io.dualwrite.reconciler.cli;

/** What the command's exit tells a script. */
final class ExitCodes {
  /** In sync, or done. */
  static final int OK = 0;

  /** Differences were found, or are left. */
  static final int DIFFERENCES = 1;

  /** Wrong usage or configuration. */
  static final int USAGE = 2;

  /**
   * A database could not be reached or failed, something could not be compared, or the result could
   * not be written.
   */
  static final int DATABASE = 3;

  /** Interrupted. */
  static final int INTERRUPTED = 130;

  private ExitCodes() {}
}
