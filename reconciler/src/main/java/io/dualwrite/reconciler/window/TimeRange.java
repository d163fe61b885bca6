package io.dualwrite.reconciler.window;

import java.time.Instant;
import java.util.Optional;

/** The part {@code [from, to)} of the time column that is looked at; an empty end is open. */
record TimeRange(Optional<Instant> from, Optional<Instant> to) {

  static TimeRange of(Optional<String> from, Optional<String> to) {
    return new TimeRange(from.map(f -> parse("from", f)), to.map(t -> parse("to", t)));
  }

  boolean isOpen() {
    return from.isEmpty() && to.isEmpty();
  }

  private static Instant parse(String option, String text) {
    return PgTime.parse(text)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    option
                        + " must be a day or a time, such as 2001-01-14 or 2001-01-14T10:00:00Z, was "
                        + text));
  }
}
