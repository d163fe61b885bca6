package io.dualwrite.reconciler.compare;

import java.util.Comparator;
import java.util.List;

/**
 * An order of key texts for people and for neighbourhood on disk; never for comparing two
 * databases.
 */
public final class KeyOrder {
  private static final Comparator<String> NUMBERS_BY_VALUE =
      Comparator.<String>comparingInt(text -> isNumber(text) ? text.length() : 0)
          .thenComparing(text -> text);

  /** Column by column; whole numbers by value, everything else by its characters. */
  public static final Comparator<List<String>> OF_TEXTS =
      (a, b) -> {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
          int order = NUMBERS_BY_VALUE.compare(a.get(i), b.get(i));
          if (order != 0) {
            return order;
          }
        }
        return Integer.compare(a.size(), b.size());
      };

  private KeyOrder() {}

  private static boolean isNumber(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return !text.isEmpty();
  }
}
