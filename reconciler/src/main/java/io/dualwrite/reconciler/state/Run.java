package io.dualwrite.reconciler.state;

import java.time.Instant;
import java.util.SortedMap;

/**
 * A run of a command that keeps what it finishes, held by one process at a time.
 *
 * @param id its number, ascending in the order in which runs began
 * @param command what it does: {@code compare}, {@code repair}, {@code backfill}, …
 * @param settings what must be the same for another process to go on with it, by name
 * @param holder names the process that holds it, as long as no other has taken it over
 * @param startedAt when it began, by the target's clock
 * @param resumes how often it was taken up again
 */
public record Run(
    long id,
    String command,
    SortedMap<String, String> settings,
    String holder,
    Instant startedAt,
    int resumes) {
  public Run {
    settings = java.util.Collections.unmodifiableSortedMap(new java.util.TreeMap<>(settings));
  }
}
