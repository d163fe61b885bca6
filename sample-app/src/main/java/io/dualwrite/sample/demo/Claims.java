package io.dualwrite.sample.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a step asserts; what did not hold is remembered in words. */
final class Claims {
  private final List<String> broken = new ArrayList<>();

  /** Asserts; {@code otherwise} says what was found instead. */
  void that(boolean holds, String otherwise, Object... figures) {
    if (!holds) {
      broken.add(String.format(Locale.ROOT, otherwise, figures));
    }
  }

  /** Asserts that something that both servers were asked has one answer. */
  void same(String what, String old, String next) {
    that(old.equals(next), "%s: the old server holds %s, the new one %s", what, old, next);
  }

  List<String> broken() {
    return List.copyOf(broken);
  }
}
