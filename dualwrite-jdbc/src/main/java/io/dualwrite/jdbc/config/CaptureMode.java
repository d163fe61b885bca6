package io.dualwrite.jdbc.config;

/** How writes to mirrored tables are noticed. */
public enum CaptureMode {
  /** The wrapper adds the journal to the statement itself. */
  STATEMENT,
  /**
   * Triggers on the mirrored tables fill the journal, so that writers without the library are
   * covered too.
   */
  TRIGGER
}
