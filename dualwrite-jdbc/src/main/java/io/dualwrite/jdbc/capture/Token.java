package io.dualwrite.jdbc.capture;

/**
 * A token of an SQL text.
 *
 * @param start its first character
 * @param end one past its last character
 * @param depth how many parentheses and brackets are open around it; a parenthesis lies outside
 *     itself
 * @param word a word in upper case, or the one character of a symbol; empty for all else
 */
record Token(Kind kind, int start, int end, int depth, String word) {

  enum Kind {
    /** A keyword or a name without quotes. */
    WORD,
    /** A name in double quotes. */
    QUOTED,
    /** A string constant of any kind. */
    STRING,
    NUMBER,
    /** {@code ?} or {@code $1}. */
    PARAMETER,
    /** One character of an operator or of punctuation. */
    SYMBOL,
    /** What lies past either end of a statement. */
    END
  }

  static final Token NONE = new Token(Kind.END, 0, 0, 0, "");

  /** Whether this is the keyword, in upper case, or the symbol. */
  boolean is(String keyword) {
    return word.equals(keyword);
  }

  boolean isWord() {
    return kind == Kind.WORD;
  }

  /** Whether this can be a name; keywords are not told apart. */
  boolean isName() {
    return kind == Kind.WORD || kind == Kind.QUOTED;
  }
}
