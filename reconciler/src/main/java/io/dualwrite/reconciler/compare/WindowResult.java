package io.dualwrite.reconciler.compare;

import io.dualwrite.reconciler.window.Window;
import java.util.Optional;

/**
 * What was found in one window.
 *
 * @param window the window
 * @param status the verdict
 * @param sourceRows rows counted in the source; 0 where it could not be counted
 * @param targetRows rows counted in the target, likewise
 * @param missing rows of the source that the target lacks
 * @param extra rows of the target that the source lacks
 * @param changed rows with other values
 * @param reason why it could not be compared, or is not to be compared yet
 */
public record WindowResult(
    Window window,
    Status status,
    long sourceRows,
    long targetRows,
    long missing,
    long extra,
    long changed,
    Optional<String> reason) {

  /** The verdict on a window. */
  public enum Status {
    /** Both sides hold the same rows. */
    EQUAL,
    /** They do not. */
    DIFFERS,
    /** What differs is named in the journal or set aside: it may still be on its way. */
    NOT_YET,
    /** It could not be compared. */
    FAILED,
    /** It cannot be compared. */
    SKIPPED
  }

  static WindowResult equal(Window window, long sourceRows, long targetRows) {
    return new WindowResult(
        window, Status.EQUAL, sourceRows, targetRows, 0, 0, 0, Optional.empty());
  }

  static WindowResult without(Window window, Status status, String reason) {
    return new WindowResult(window, status, 0, 0, 0, 0, 0, Optional.of(reason));
  }
}
