package io.dualwrite.reconciler.watch;

import io.dualwrite.reconciler.compare.WindowResult.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A part of a table that was not found equal when it was last looked at.
 *
 * @param from its lower bound; {@link Instant#MIN} where it has none
 * @param to its upper bound, exclusive; {@link Instant#MAX} where it has none; both {@link
 *     Instant#MIN} for the rows without a time
 * @param status what was found
 * @param missing rows of the source that the target lacks
 * @param extra rows of the target that the source lacks
 * @param changed rows with other values
 * @param reason why it could not be compared, or not yet
 * @param since when it was first found so, by this machine's clock
 */
record OpenRange(
    Instant from,
    Instant to,
    Status status,
    long missing,
    long extra,
    long changed,
    Optional<String> reason,
    Instant since) {

  /** Whether it is of the rows without a time, which no range of times has. */
  boolean withoutTime() {
    return to.equals(Instant.MIN);
  }

  boolean overlaps(Instant start, Instant end) {
    return from.isBefore(end) && to.isAfter(start);
  }

  /**
   * What is left of it outside {@code [start, end)}. Where its rows are is not known: each part may
   * have them all.
   */
  List<OpenRange> outside(Instant start, Instant end) {
    if (!overlaps(start, end)) {
      return List.of(this);
    }
    List<OpenRange> parts = new ArrayList<>();
    if (from.isBefore(start)) {
      parts.add(between(from, start));
    }
    if (to.isAfter(end)) {
      parts.add(between(end, to));
    }
    return parts;
  }

  private OpenRange between(Instant first, Instant last) {
    return new OpenRange(first, last, status, missing, extra, changed, reason, since);
  }

  /** Both as one; the other was found to be the same. */
  OpenRange and(OpenRange next) {
    return new OpenRange(
        from.isBefore(next.from) ? from : next.from,
        to.isAfter(next.to) ? to : next.to,
        status,
        missing + next.missing,
        extra + next.extra,
        changed + next.changed,
        reason.or(next::reason),
        since.isBefore(next.since) ? since : next.since);
  }
}
