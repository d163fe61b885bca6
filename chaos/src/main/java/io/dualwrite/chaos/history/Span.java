package io.dualwrite.chaos.history;

/**
 * A time, both ends included.
 *
 * @param from in milliseconds since 1970
 * @param until in milliseconds since 1970
 */
public record Span(long from, long until) {
  boolean meets(long otherFrom, long otherUntil) {
    return from <= otherUntil && otherFrom <= until;
  }
}
