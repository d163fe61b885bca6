package io.dualwrite.jdbc.capture;

/** A text with insertions, made from left to right. */
final class Spliced {
  private final String original;
  private final StringBuilder text;
  private final Origins origins = new Origins();
  private int copied;

  Spliced(String original) {
    this.original = original;
    this.text = new StringBuilder(original.length() + 256);
  }

  /** Inserts at a place of the original, which must not lie before the last one. */
  Spliced insert(int at, String insertion) {
    copy(copied, at);
    text.append(insertion);
    copied = at;
    return this;
  }

  /** Goes on at a later place of the original; what lies between is left out. */
  Spliced skipTo(int at) {
    copied = at;
    return this;
  }

  /** Inserts a part of the original. */
  Spliced repeat(int from, int to) {
    copy(from, to);
    return this;
  }

  /** The text with the rest of the original. */
  String finish() {
    copy(copied, original.length());
    copied = original.length();
    return text.toString();
  }

  /** Where the parts of the finished text come from. */
  Origins origins() {
    return origins;
  }

  private void copy(int from, int to) {
    origins.add(text.length(), from, to - from);
    text.append(original, from, to);
  }
}
