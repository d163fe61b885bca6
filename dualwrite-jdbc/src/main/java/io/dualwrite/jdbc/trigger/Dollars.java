package io.dualwrite.jdbc.trigger;

/** Dollar quotes around a function's text. */
final class Dollars {
  private Dollars() {}

  static String quote(String text) {
    String quote = "$dualwrite$";
    for (int n = 1; text.contains(quote); n++) {
      quote = "$dualwrite" + n + "$";
    }
    return quote + text + quote;
  }
}
