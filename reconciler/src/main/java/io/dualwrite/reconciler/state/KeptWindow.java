package io.dualwrite.reconciler.state;

import io.dualwrite.reconciler.window.Window;
import java.util.List;
import java.util.Optional;

/**
 * A window's result as it is kept.
 *
 * @param number its number in the plan, from 0
 * @param window the window
 * @param result what became of it
 * @param sourceRows rows counted in the source
 * @param targetRows rows counted in the target
 * @param missing rows of the source that the target lacks
 * @param extra rows of the target that the source lacks
 * @param changed rows with other values
 * @param sourceSum the source's checksum, if there is one
 * @param targetSum the target's
 * @param listed whether {@code differences} are all there are
 * @param reason why it could not be finished
 * @param differences the rows that differ
 */
public record KeptWindow(
    int number,
    Window window,
    Result result,
    long sourceRows,
    long targetRows,
    long missing,
    long extra,
    long changed,
    Optional<String> sourceSum,
    Optional<String> targetSum,
    boolean listed,
    Optional<String> reason,
    List<KeptDifference> differences) {
  public KeptWindow {
    differences = List.copyOf(differences);
  }

  /** What became of a window. */
  public enum Result {
    /** Both sides hold the same rows. */
    EQUAL,
    /** They do not. */
    DIFFERS,
    /** What was to be done was done. */
    DONE,
    /** Something may still be on its way. */
    NOT_YET,
    /** It could not be looked at. */
    FAILED;

    /** Whether nothing is left to do, so that a resumed run leaves the window out. */
    public boolean isFinished() {
      return this == EQUAL || this == DIFFERS || this == DONE;
    }
  }

  /** A window that holds the same on both sides, with the sum of either. */
  public static KeptWindow equal(int number, Window window, long rows, String sum) {
    return new KeptWindow(
        number,
        window,
        Result.EQUAL,
        rows,
        rows,
        0,
        0,
        0,
        Optional.of(sum),
        Optional.of(sum),
        true,
        Optional.empty(),
        List.of());
  }

  /** A window of which there is nothing to tell but that it is done. */
  public static KeptWindow done(int number, Window window, long rows) {
    return new KeptWindow(
        number,
        window,
        Result.DONE,
        rows,
        rows,
        0,
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        true,
        Optional.empty(),
        List.of());
  }
}
