package io.dualwrite.reconciler.compare;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a comparison took from an earlier one instead of reading it: what has changed there since
 * was not seen.
 *
 * @param reason why
 * @param windows how many windows, where that is known
 * @param rows how many rows, where that is known
 * @param upTo where the range ends that was not read, by the time column; empty for single windows
 * @param firstAt when the part read longest ago was read, by the target's clock
 * @param lastAt when the latest part was
 */
public record NotReadAgain(
    Reason reason,
    OptionalLong windows,
    OptionalLong rows,
    Optional<String> upTo,
    Instant firstAt,
    Instant lastAt) {

  /** Why something is not read again. */
  public enum Reason {
    /** The interrupted comparison that this one goes on with had finished it. */
    RESUMED,
    /** The last comparison found it equal, and only what it did not was to be looked at again. */
    EQUAL_BEFORE,
    /** The table is declared append-only, and an earlier comparison found it equal. */
    APPEND_ONLY
  }
}
