package io.dualwrite.reconciler.backfill.file;

import java.util.Locale;

/**
 * A line of a CSV file that is no record.
 *
 * @param at the byte at which it begins, in the file as it is without compression
 * @param kind what is wrong, as the engine calls it
 * @param text the line
 */
record Unreadable(long at, String kind, String text) {
  /** What is wrong, in words. */
  String reason() {
    return switch (kind) {
      case "TOO MANY COLUMNS" -> "more values than columns";
      case "MISSING COLUMNS" -> "fewer values than columns";
      case "UNQUOTED VALUE" -> "a quote that is not closed, or text behind one";
      case "LINE SIZE OVER MAXIMUM" ->
          "a line of more than " + RecordCursor.LONGEST_LINE + " bytes";
      case "INVALID ENCODING" -> "bytes that are not of the encoding";
      default -> kind.toLowerCase(Locale.ROOT);
    };
  }
}
