package io.dualwrite.jdbc.capture;

import java.util.ArrayList;
import java.util.List;

/**
 * The tokens of one statement (or of one inside another), asked by their index; past either end
 * lies {@link Token#NONE}.
 */
final class TokenRun {
  private final String text;
  private final List<Token> tokens;
  private final int depth;

  private TokenRun(String text, List<Token> tokens) {
    this.text = text;
    this.tokens = tokens;
    this.depth = tokens.isEmpty() ? 0 : tokens.get(0).depth();
  }

  /** The statements of a text, without semicolons, without empty ones. */
  static List<TokenRun> statements(String text, List<Token> tokens) {
    List<TokenRun> statements = new ArrayList<>(2);
    int from = 0;
    int atomic = 0;
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      if (token.isWord()) {
        // Elsewhere these words are a column and its label.
        atomic = tokens.get(from).is("CREATE") ? atomic(tokens, i, atomic) : 0;
      } else if (token.is(";") && token.depth() == 0 && atomic == 0) {
        addPart(statements, text, tokens, from, i);
        from = i + 1;
      }
    }
    addPart(statements, text, tokens, from, tokens.size());
    return statements;
  }

  /**
   * How many blocks of {@code BEGIN ATOMIC … END} and {@code CASE … END} in it are open: semicolons
   * there part nothing.
   */
  private static int atomic(List<Token> tokens, int i, int open) {
    return switch (tokens.get(i).word()) {
      case "ATOMIC" -> open == 0 && i > 0 && tokens.get(i - 1).is("BEGIN") ? 1 : open;
      case "CASE" -> open > 0 ? open + 1 : 0;
      case "END" -> open > 0 ? open - 1 : 0;
      default -> open;
    };
  }

  private static void addPart(
      List<TokenRun> to, String text, List<Token> tokens, int from, int end) {
    if (from < end) {
      to.add(new TokenRun(text, tokens.subList(from, end)));
    }
  }

  /** The tokens from an index on, as a statement of their own. */
  TokenRun from(int index) {
    return new TokenRun(text, tokens.subList(Math.min(index, size()), size()));
  }

  /** The tokens between two indexes, as a statement of their own. */
  TokenRun slice(int from, int end) {
    return new TokenRun(text, tokens.subList(from, end));
  }

  /** The whole text, of which this statement may be a part. */
  String text() {
    return text;
  }

  /** The text of the tokens up to an index, which is left out. */
  String textUpTo(int end) {
    return text.substring(startOf(0), endOf(end - 1));
  }

  /** The statement's own text. */
  String ownText() {
    return textUpTo(size());
  }

  int size() {
    return tokens.size();
  }

  Token get(int index) {
    return index >= 0 && index < tokens.size() ? tokens.get(index) : Token.NONE;
  }

  boolean is(int index, String word) {
    return get(index).is(word);
  }

  /** Whether these words stand one after the other. */
  boolean are(int index, String... words) {
    for (int i = 0; i < words.length; i++) {
      if (!is(index + i, words[i])) {
        return false;
      }
    }
    return true;
  }

  boolean isAny(int index, String... words) {
    Token token = get(index);
    for (String word : words) {
      if (token.is(word)) {
        return true;
      }
    }
    return false;
  }

  /** Fails unless the word stands there; the index after it. */
  int expect(int index, String word) {
    if (!is(index, word)) {
      throw new NotUnderstood("expected " + word);
    }
    return index + 1;
  }

  /**
   * The first of these keywords outside parentheses, from an index on and before another; {@code
   * end} if there is none.
   */
  int find(int from, int end, String... keywords) {
    for (int i = from; i < end; i++) {
      Token token = get(i);
      if (token.isWord() && token.depth() == depth && isAny(i, keywords) && isKeyword(i)) {
        return i;
      }
    }
    return end;
  }

  /**
   * Whether a reserved word at this place is itself and not a label ({@code AS from}), a column
   * ({@code t.from}) or an operator.
   */
  private boolean isKeyword(int index) {
    return !isAny(index - 1, "AS", ".") && !(is(index, "FROM") && is(index - 1, "DISTINCT"));
  }

  /** The next comma outside parentheses before {@code end}; {@code end} if there is none. */
  int comma(int from, int end) {
    int i = from;
    while (i < end && !(is(i, ",") && get(i).depth() == depth)) {
      i++;
    }
    return i;
  }

  /** The index of what closes the parenthesis or bracket that opens at an index. */
  int closing(int open) {
    int level = get(open).depth();
    for (int i = open + 1; i < size(); i++) {
      if (get(i).depth() == level && isAny(i, ")", "]")) {
        return i;
      }
    }
    throw new NotUnderstood("a parenthesis is not closed");
  }

  /** The index of the first token that is no opening parenthesis. */
  int pastParentheses(int from) {
    int i = from;
    while (is(i, "(")) {
      i++;
    }
    return i;
  }

  /** The text of a token. */
  String textOf(int index) {
    Token token = get(index);
    return text.substring(token.start(), token.end());
  }

  int startOf(int index) {
    return get(index).start();
  }

  int endOf(int index) {
    return get(index).end();
  }
}
