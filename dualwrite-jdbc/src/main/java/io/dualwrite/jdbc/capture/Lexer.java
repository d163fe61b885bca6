package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.capture.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Cuts a text into tokens by the rules of PostgreSQL's {@code scan.l}, with pgjdbc's placeholders.
 * Comments and white space are left out. Operators come as their single characters, which is enough
 * to find clauses.
 */
final class Lexer {
  private static final String[] SYMBOLS = new String[128];

  static {
    for (char c = 0; c < SYMBOLS.length; c++) {
      SYMBOLS[c] = String.valueOf(c);
    }
  }

  private final String text;
  private final int length;
  private final List<Token> tokens;
  private int at;
  private int depth;
  private boolean broken;

  private Lexer(String text) {
    this.text = text;
    this.length = text.length();
    this.tokens = new ArrayList<>(8 + length / 5);
  }

  /**
   * The tokens; empty if a comment, string, name or parenthesis is left open or a parenthesis too
   * many is closed.
   */
  static Optional<List<Token>> tokens(String text) {
    Lexer lexer = new Lexer(text);
    while (!lexer.broken && lexer.at < lexer.length) {
      lexer.next();
    }
    return lexer.broken || lexer.depth != 0 ? Optional.empty() : Optional.of(lexer.tokens);
  }

  private void next() {
    char c = text.charAt(at);
    if (isSpace(c)) {
      at++;
    } else if (c == '-' && peek(1) == '-') {
      lineComment();
    } else if (c == '/' && peek(1) == '*') {
      blockComment();
    } else if (isNameStart(c)) {
      word(c);
    } else if (isDigit(c)) {
      number();
    } else if (c == '\'') {
      add(Kind.STRING, quoted(at, '\'', false));
    } else if (c == '"') {
      add(Kind.QUOTED, quoted(at, '"', false));
    } else if (c == '$') {
      dollar();
    } else if (c == '?' && peek(1) != '?') {
      add(Kind.PARAMETER, at + 1);
    } else {
      symbol(c);
    }
  }

  private void symbol(char c) {
    if (c == ')' || c == ']') {
      broken |= --depth < 0;
    }
    int end = c == '?' ? at + 2 : at + 1;
    tokens.add(new Token(Kind.SYMBOL, at, end, depth, SYMBOLS[c]));
    if (c == '(' || c == '[') {
      depth++;
    }
    at = end;
  }

  private void add(Kind kind, int end) {
    tokens.add(new Token(kind, at, end, depth, ""));
    at = end;
  }

  private void word(char first) {
    char second = peek(1);
    if (second == '\'' && "eEbBxXnN".indexOf(first) >= 0) {
      boolean escapes = first == 'e' || first == 'E';
      add(
          Kind.STRING,
          escapes ? continued(quoted(at + 1, '\'', true)) : quoted(at + 1, '\'', false));
    } else if ((first == 'u' || first == 'U') && second == '&' && peek(2) == '\'') {
      add(Kind.STRING, quoted(at + 2, '\'', false));
    } else if ((first == 'u' || first == 'U') && second == '&' && peek(2) == '"') {
      add(Kind.QUOTED, quoted(at + 2, '"', false));
    } else {
      int end = at + 1;
      while (end < length && isNamePart(text.charAt(end))) {
        end++;
      }
      tokens.add(new Token(Kind.WORD, at, end, depth, upperAscii(at, end)));
      at = end;
    }
  }

  /** Only ASCII letters are folded: to the server {@code ınsert} is no keyword. */
  private String upperAscii(int from, int end) {
    char[] chars = new char[end - from];
    text.getChars(from, end, chars, 0);
    for (int i = 0; i < chars.length; i++) {
      if (chars[i] >= 'a' && chars[i] <= 'z') {
        chars[i] -= 32;
      }
    }
    return new String(chars);
  }

  /** One past the closing quote; a doubled one does not close. */
  private int quoted(int open, char quote, boolean backslashEscapes) {
    int i = open + 1;
    while (i < length) {
      char c = text.charAt(i);
      if (c == '\\' && backslashEscapes) {
        i += 2;
      } else if (c != quote) {
        i++;
      } else if (i + 1 < length && text.charAt(i + 1) == quote) {
        i += 2;
      } else {
        return i + 1;
      }
    }
    broken = true;
    return length;
  }

  /**
   * An escape string goes on, with escapes, in a string on a following line with nothing but white
   * space and line comments between.
   */
  private int continued(int closed) {
    int end = closed;
    while (true) {
      int i = end;
      boolean newLine = false;
      while (i < length) {
        char c = text.charAt(i);
        if (c == '-' && i + 1 < length && text.charAt(i + 1) == '-') {
          i = endOfLine(i);
        } else if (isSpace(c)) {
          newLine |= c == '\n' || c == '\r';
          i++;
        } else {
          break;
        }
      }
      if (!newLine || i >= length || text.charAt(i) != '\'') {
        return end;
      }
      end = quoted(i, '\'', true);
    }
  }

  private void number() {
    int i = at;
    if (text.charAt(i) == '0' && "xXoObB".indexOf(peek(1)) >= 0 && isHexDigit(peek(2))) {
      i += 2;
      while (i < length && (isHexDigit(text.charAt(i)) || text.charAt(i) == '_')) {
        i++;
      }
    } else {
      i = digits(i);
      if (i < length && text.charAt(i) == '.') {
        i = digits(i + 1);
      }
      int exponent = i + 1;
      if (i < length && (text.charAt(i) == 'e' || text.charAt(i) == 'E')) {
        if (exponent < length && (text.charAt(exponent) == '+' || text.charAt(exponent) == '-')) {
          exponent++;
        }
        if (exponent < length && isDigit(text.charAt(exponent))) {
          i = digits(exponent);
        }
      }
    }
    add(Kind.NUMBER, i);
  }

  private int digits(int from) {
    int i = from;
    while (i < length
        && (isDigit(text.charAt(i))
            || (text.charAt(i) == '_'
                && i > from
                && i + 1 < length
                && isDigit(text.charAt(i + 1))))) {
      i++;
    }
    return i;
  }

  private void dollar() {
    int i = at + 1;
    if (isDigit(peek(1))) {
      add(Kind.PARAMETER, digits(i));
      return;
    }
    if (i < length && isNameStart(text.charAt(i))) {
      while (i < length && isNamePart(text.charAt(i)) && text.charAt(i) != '$') {
        i++;
      }
    }
    if (i >= length || text.charAt(i) != '$') {
      symbol('$');
      return;
    }
    String tag = text.substring(at, i + 1);
    int close = text.indexOf(tag, i + 1);
    broken |= close < 0;
    add(Kind.STRING, close < 0 ? length : close + tag.length());
  }

  private void lineComment() {
    at = endOfLine(at);
  }

  private int endOfLine(int from) {
    int i = from;
    while (i < length && text.charAt(i) != '\n' && text.charAt(i) != '\r') {
      i++;
    }
    return i;
  }

  private void blockComment() {
    int open = 0;
    while (at < length) {
      char c = text.charAt(at);
      if (c == '/' && peek(1) == '*') {
        open++;
        at += 2;
      } else if (c == '*' && peek(1) == '/') {
        at += 2;
        if (--open == 0) {
          return;
        }
      } else {
        at++;
      }
    }
    broken = true;
  }

  private char peek(int ahead) {
    return at + ahead < length ? text.charAt(at + ahead) : 0;
  }

  private static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isHexDigit(char c) {
    return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }

  private static boolean isNameStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
  }

  private static boolean isNamePart(char c) {
    return isNameStart(c) || isDigit(c) || c == '$';
  }
}
