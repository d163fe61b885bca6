package io.dualwrite.journal;

import io.dualwrite.Side;
import java.time.Duration;

/**
 * One write, or one copy, that the secondary may not have right.
 *
 * @param id its identity, never used again; later entries have greater ones
 * @param key the key's text
 * @param primary the side that had the right state when it was added
 * @param due whether its writer has left it to the copier; if not, its writer is still at work, or
 *     died
 * @param age how long ago it was added, by the journal's own clock, when it was read
 */
public record JournalEntry(long id, String key, Side primary, boolean due, Duration age) {

  /** Whether nobody is at work on it any more, as far as {@code takeOverAfter} can tell. */
  public boolean isAbandoned(Duration takeOverAfter) {
    return due || age.compareTo(takeOverAfter) >= 0;
  }
}
