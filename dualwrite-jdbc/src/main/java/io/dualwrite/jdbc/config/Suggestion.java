package io.dualwrite.jdbc.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what a mistyped word was probably meant to be. */
public final class Suggestion {
  private Suggestion() {}

  /**
   * The nearest of the words, if one is near: a third of the letters may differ, of a name with a
   * schema a third of those behind the dot.
   */
  public static Optional<String> nearest(String word, Collection<String> words) {
    int reach = Math.max(1, (word.length() - word.lastIndexOf('.')) / 3);
    return words.stream()
        .filter(w -> distance(word, w) <= reach)
        .min(Comparator.comparingInt((String w) -> distance(word, w)).thenComparing(w -> w));
  }

  /** As the end of a message: {@code " Did you mean public.metrics?"}, or nothing. */
  public static String didYouMean(String word, Collection<String> words) {
    return nearest(word, words).map(w -> " Did you mean " + w + "?").orElse("");
  }

  /**
   * Letters to insert, delete, replace or swap with their neighbour; case is not counted (optimal
   * string alignment).
   */
  private static int distance(String left, String right) {
    String a = left.toLowerCase(Locale.ROOT);
    String b = right.toLowerCase(Locale.ROOT);
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int replace = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(replace, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
