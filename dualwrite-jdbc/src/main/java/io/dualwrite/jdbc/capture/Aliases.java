package io.dualwrite.jdbc.capture;

import java.util.Locale;

/**
 * Names for what capture adds to a statement: none begins like a name that the statement itself
 * uses.
 */
record Aliases(String prefix) {

  static Aliases unlike(TokenRun run) {
    String prefix = "dw";
    for (int n = 1; isTaken(run, prefix); n++) {
      prefix = "dw" + n + "_";
    }
    return new Aliases(prefix);
  }

  private static boolean isTaken(TokenRun run, String prefix) {
    for (int i = 0; i < run.size(); i++) {
      Token token = run.get(i);
      if (token.isWord() && startsWith(run, token.start(), prefix)) {
        return true;
      }
      if (token.kind() == Token.Kind.QUOTED
          && Name.folded(run, i).toLowerCase(Locale.ROOT).startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  private static boolean startsWith(TokenRun run, int start, String prefix) {
    return run.text().regionMatches(true, start, prefix, 0, prefix.length());
  }

  /** Those for the n-th {@code WITH} query that writes itself. */
  Aliases ofQuery(int n) {
    return new Aliases(prefix + "c" + n + "_");
  }

  /** The {@code WITH} query that holds the application's statement. */
  String write() {
    return prefix;
  }

  /** The {@code WITH} query that journals, where it is not the outermost statement. */
  String journal() {
    return prefix + "j";
  }

  /** The {@code WITH} query that journals the keys that rows had before. */
  String journalOld() {
    return prefix + "jo";
  }

  /** The rows as they were before. */
  String old() {
    return prefix + "_old";
  }

  /** The n-th column of the key, encoded. */
  String key(int n) {
    return prefix + "k" + n;
  }

  /** The n-th column of the key that the row had before, encoded. */
  String oldKey(int n) {
    return prefix + "o" + n;
  }

  /** The n-th column of what the application asked to be returned. */
  String returned(int n) {
    return prefix + "u" + n;
  }
}
