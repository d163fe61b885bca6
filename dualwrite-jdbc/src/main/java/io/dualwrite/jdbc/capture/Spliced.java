package io.dualwrite.jdbc.capture;

/** A text with insertions, made from left to right; everything of the original stays. */
final class Spliced {
  private final String original;
  private final StringBuilder text;
  private int copied;

  Spliced(String original) {
    this.original = original;
    this.text = new StringBuilder(original.length() + 256);
  }

  /** Inserts at a place of the original, which must not lie before the last one. */
  Spliced insert(int at, String insertion) {
    text.append(original, copied, at).append(insertion);
    copied = at;
    return this;
  }

  /** The text with the rest of the original. */
  String finish() {
    return text.append(original, copied, original.length()).toString();
  }
}
