package io.dualwrite.jdbc.capture;

import java.nio.charset.StandardCharsets;

/**
 * A name of one or more parts in a statement.
 *
 * @param written its parts as written, quotes included, joined by dots
 * @param last its last part as the catalog holds it
 * @param parts how many parts it has
 * @param next the index of the token after it
 */
record Name(String written, String last, int parts, int next) {
  private static final int MAX_BYTES = 63;

  /** The name that starts at a token. */
  static Name read(TokenRun run, int index) {
    if (!run.get(index).isName()) {
      throw new NotUnderstood("expected a name");
    }
    int i = index;
    while (run.is(i + 1, ".") && run.get(i + 2).isName()) {
      i += 2;
    }
    if (i == index) {
      return new Name(run.textOf(i), folded(run, i), 1, i + 1);
    }
    StringBuilder written = new StringBuilder();
    for (int part = index; part <= i; part++) {
      written.append(run.textOf(part));
    }
    return new Name(written.toString(), folded(run, i), (i - index) / 2 + 1, i + 1);
  }

  /** A single name as the catalog holds it: folded to lower case unless quoted, cut to 63 bytes. */
  static String folded(TokenRun run, int index) {
    String text = run.textOf(index);
    if (run.get(index).kind() == Token.Kind.QUOTED) {
      if (text.charAt(0) != '"') {
        throw new NotUnderstood("a name written with Unicode escapes");
      }
      return cut(text.substring(1, text.length() - 1).replace("\"\"", "\""));
    }
    return cut(lowerAscii(text));
  }

  private static String lowerAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 'A' && text.charAt(i) <= 'Z') {
        StringBuilder folded = new StringBuilder(text);
        for (int j = i; j < folded.length(); j++) {
          char c = folded.charAt(j);
          folded.setCharAt(j, c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
        }
        return folded.toString();
      }
    }
    return text;
  }

  private static String cut(String name) {
    if (name.length() * 3 <= MAX_BYTES) {
      return name;
    }
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    int end = Math.min(bytes.length, MAX_BYTES);
    while (end < bytes.length && (bytes[end] & 0xC0) == 0x80) {
      end--;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }
}
