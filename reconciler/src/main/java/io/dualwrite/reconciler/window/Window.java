package io.dualwrite.reconciler.window;

import org.jspecify.annotations.Nullable;

/**
 * A part of a table that is compared as a whole.
 *
 * <p>The first window of a table also holds everything below {@code from} and the last everything
 * from {@code to} on, so that every row of either side belongs to exactly one window.
 *
 * @param kind what cuts it out
 * @param from its lower bound, inclusive: an ISO instant or a key's text; null where it has none
 * @param to its upper bound, exclusive, likewise
 * @param label how people read it: {@code 2001-01-14}, {@code key 500000 to 550000}, {@code all
 *     rows}
 */
public record Window(Kind kind, @Nullable String from, @Nullable String to, String label) {

  /** What cuts a window out of its table. */
  public enum Kind {
    /** A range of the time column. */
    TIME,
    /** A range of the key's first column. */
    KEY,
    /** The rows whose time is null. */
    NULL_TIME,
    /** A share of the keys by their hash. */
    BUCKET,
    /** The whole table. */
    ALL
  }

  /** The whole table as one window. */
  public static Window all() {
    return new Window(Kind.ALL, null, null, "all rows");
  }

  static Window nullTime(String column) {
    return new Window(Kind.NULL_TIME, null, null, column + " is null");
  }

  static Window bucket(int number, int of) {
    return new Window(Kind.BUCKET, null, null, "bucket " + (number + 1) + " of " + of);
  }
}
