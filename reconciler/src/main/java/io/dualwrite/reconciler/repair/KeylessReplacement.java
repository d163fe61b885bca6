package io.dualwrite.reconciler.repair;

import java.util.Optional;

/** When a table without a key, whose rows cannot be told apart, may be replaced whole. */
final class KeylessReplacement {
  static final String TOO_MANY_CHANGES =
      "has no key and is replaced whole: that would change more rows than --max-changes allows";

  private KeylessReplacement() {}

  /**
   * Why one that differs may not be; empty if it may.
   *
   * @param part whether only a part of it is asked for
   * @param deleteExtra whether rows that the source has not may be deleted
   * @param extra whether the target has such rows
   */
  static Optional<String> problem(boolean part, boolean deleteExtra, boolean extra) {
    if (part) {
      return Optional.of("has no key: it can only be replaced whole, without --from and --to");
    }
    return extra && !deleteExtra
        ? Optional.of(
            "has no key and rows that the source has not: it can only be replaced whole, with --delete-extra")
        : Optional.empty();
  }
}
