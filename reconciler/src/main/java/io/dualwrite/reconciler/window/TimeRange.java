package io.dualwrite.reconciler.window;

import io.dualwrite.jdbc.schema.TablePair;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The part {@code [from, to)} of the time column that is looked at; an empty end is open.
 *
 * @param withoutTime whether rows without a time are looked at as well
 */
public record TimeRange(Optional<Instant> from, Optional<Instant> to, boolean withoutTime) {

  /**
   * Reads both ends.
   *
   * @throws IllegalArgumentException if one is no time, or nothing lies between them
   */
  public static TimeRange of(Optional<String> from, Optional<String> to) {
    return of("from", from, "to", to);
  }

  /** The same of ends that are called otherwise in messages. */
  public static TimeRange of(
      String fromOption, Optional<String> from, String toOption, Optional<String> to) {
    TimeRange range =
        new TimeRange(
            from.map(f -> parse(fromOption, f)),
            to.map(t -> parse(toOption, t)),
            from.isEmpty() && to.isEmpty());
    if (from.isPresent()
        && to.isPresent()
        && !range.from.orElseThrow().isBefore(range.to.orElseThrow())) {
      throw new IllegalArgumentException(
          fromOption
              + " must be before "
              + toOption
              + ", was "
              + from.get()
              + ", and "
              + toOption
              + " was "
              + to.get());
    }
    return range;
  }

  /** The same without what lies before {@code time}. */
  TimeRange after(Instant time) {
    return from.isPresent() && !from.get().isBefore(time)
        ? this
        : new TimeRange(Optional.of(time), to, withoutTime);
  }

  /**
   * Where what is looked at of a table really ends: of a column of dates, with the day in which
   * {@code end} lies.
   */
  public static Optional<Instant> end(TablePair pair, Optional<Instant> end) {
    boolean days =
        pair.timeColumn().flatMap(WindowColumn::of).filter(WindowColumn::wholeDays).isPresent();
    return days
        ? end.map(e -> e.minusNanos(1).truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS))
        : end;
  }

  private static Instant parse(String option, String text) {
    Instant time =
        PgTime.parse(text)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        option
                            + " must be a day or a time, such as 2001-01-14 or 2001-01-14T10:00:00Z, was "
                            + text));
    if (!PgTime.isHeld(time)) {
      throw new IllegalArgumentException(
          option + " must lie between the years 4713 BC and 294276, was " + text);
    }
    return time;
  }
}
