package io.dualwrite.reconciler.backfill;

import java.util.List;
import java.util.Optional;

/**
 * A part of a table that is copied at once. Bounds are the values of the columns that the table is
 * cut by, as the source prints them.
 *
 * @param kind what it holds
 * @param from its first row's values, or a value before it; empty: from the table's first row on
 * @param to what lies behind its last row; empty: to the table's last row
 */
record Span(Kind kind, Optional<List<String>> from, Optional<List<String>> to) {
  /** What a span holds. */
  enum Kind {
    /** The rows between two bounds. */
    RANGE,
    /** The rows that have no time. */
    NULLS
  }

  static final Span ALL = new Span(Kind.RANGE, Optional.empty(), Optional.empty());
  static final Span NULLS = new Span(Kind.NULLS, Optional.empty(), Optional.empty());

  Span {
    from = from.map(List::copyOf);
    to = to.map(List::copyOf);
  }

  static Span of(Optional<List<String>> from, Optional<List<String>> to) {
    return new Span(Kind.RANGE, from, to);
  }

  Span until(List<String> end) {
    return of(from, Optional.of(end));
  }

  /** How people read it. */
  String label() {
    if (kind == Kind.NULLS) {
      return "rows without a time";
    }
    String first = from.map(Span::text).orElse("the first");
    return first + " to " + to.map(Span::text).orElse("the last");
  }

  private static String text(List<String> values) {
    return String.join(", ", values);
  }
}
