package io.dualwrite.reconciler.report;

/** Text in lines that fit a terminal. */
final class Wrapped {
  static final int WIDTH = 80;

  private Wrapped() {}

  /**
   * Breaks between words; the first line begins with {@code lead}, the others are indented as far.
   * A word that is longer than a line is left whole.
   */
  static String text(String lead, String text) {
    String indent = " ".repeat(lead.length());
    StringBuilder lines = new StringBuilder();
    StringBuilder line = new StringBuilder(lead);
    boolean empty = true;
    for (String word : text.split(" ", -1)) {
      if (!empty && line.length() + 1 + word.length() > WIDTH) {
        lines.append(line).append('\n');
        line = new StringBuilder(indent);
        empty = true;
      }
      line.append(empty ? "" : " ").append(word);
      empty = false;
    }
    return lines.append(line).append('\n').toString();
  }
}
