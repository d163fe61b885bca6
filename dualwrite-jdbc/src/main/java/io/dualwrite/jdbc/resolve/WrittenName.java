package io.dualwrite.jdbc.resolve;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A name as it stands in a statement, taken apart the way PostgreSQL does: case folded outside
 * quotes, cut off at 63 bytes.
 *
 * @param parts one to three: [[database,] schema,] name
 */
record WrittenName(List<String> parts) {
  private static final int MAX_BYTES = 63;

  /** The parts, or nothing if the text is no plain or quoted name. */
  static Optional<WrittenName> parse(String text) {
    List<String> parts = new ArrayList<>();
    int at = 0;
    while (true) {
      at = skipBlanks(text, at);
      int end =
          at < text.length() && text.charAt(at) == '"' ? quotedEnd(text, at) : plainEnd(text, at);
      if (end <= at) {
        return Optional.empty();
      }
      parts.add(cut(text.charAt(at) == '"' ? unquote(text, at, end) : fold(text, at, end)));
      at = skipBlanks(text, end);
      if (at == text.length()) {
        return parts.size() <= 3
            ? Optional.of(new WrittenName(List.copyOf(parts)))
            : Optional.empty();
      }
      if (text.charAt(at) != '.') {
        return Optional.empty();
      }
      at++;
    }
  }

  String name() {
    return parts.get(parts.size() - 1);
  }

  /** Empty when not qualified. */
  Optional<String> schema() {
    return parts.size() < 2 ? Optional.empty() : Optional.of(parts.get(parts.size() - 2));
  }

  /** Empty when not named. */
  Optional<String> database() {
    return parts.size() < 3 ? Optional.empty() : Optional.of(parts.get(0));
  }

  private static int skipBlanks(String text, int from) {
    int at = from;
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  /** Behind the closing quote; {@code from} if there is none. */
  private static int quotedEnd(String text, int from) {
    for (int at = from + 1; at < text.length(); at++) {
      if (text.charAt(at) == '"') {
        if (at + 1 == text.length() || text.charAt(at + 1) != '"') {
          return at == from + 1 ? from : at + 1;
        }
        at++;
      }
    }
    return from;
  }

  private static int plainEnd(String text, int from) {
    int at = from;
    while (at < text.length() && isPart(text.charAt(at), at == from)) {
      at++;
    }
    return at;
  }

  private static boolean isPart(char c, boolean first) {
    return c == '_'
        || (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || c >= 0x80
        || (!first && (c == '$' || (c >= '0' && c <= '9')));
  }

  private static String unquote(String text, int from, int end) {
    return text.substring(from + 1, end - 1).replace("\"\"", "\"");
  }

  /** Only ASCII letters: that is what the server does in UTF-8. */
  private static String fold(String text, int from, int end) {
    StringBuilder folded = new StringBuilder(end - from);
    for (int at = from; at < end; at++) {
      char c = text.charAt(at);
      folded.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
    }
    return folded.toString();
  }

  private static String cut(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= MAX_BYTES) {
      return name;
    }
    CharsetDecoder decoder =
        StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.IGNORE);
    CharBuffer whole = CharBuffer.allocate(MAX_BYTES);
    // Without end of input, a character cut in two is left undecoded.
    decoder.decode(ByteBuffer.wrap(bytes, 0, MAX_BYTES), whole, false);
    return whole.flip().toString();
  }
}
