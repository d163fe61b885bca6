package io.dualwrite.jdbc.wrap;

/** The first look at a text, where no plan is at hand. */
final class StatementText {
  private StatementText() {}

  /**
   * Whether a plan may ask for another form of this text. False is certain: a single {@code
   * SELECT}, which at most reports that it is not captured. Anything that begins otherwise, be it
   * with a comment, may be.
   */
  static boolean mayBeRewritten(String sql) {
    int start = 0;
    while (start < sql.length() && sql.charAt(start) <= ' ') {
      start++;
    }
    return !sql.regionMatches(true, start, "select", 0, 6) || sql.indexOf(';') >= 0;
  }
}
