package io.dualwrite.sample.demo;

import java.util.Locale;

/** Figures as they are printed, the same in every country. */
final class Figures {
  private Figures() {}

  static String format(String text, Object... figures) {
    return String.format(Locale.ROOT, text, figures);
  }
}
