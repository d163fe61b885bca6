package io.dualwrite.testing;

import java.util.Random;

/**
 * Runs a property on generated input, so that a failure can be run again: it names the seed that it
 * happened with, and {@code -Dtest.seed=} runs just that one.
 */
public final class Seeds {

  static final String PROPERTY = "test.seed";

  private Seeds() {}

  /** What has to hold for whatever the generator leads to. */
  @FunctionalInterface
  public interface Property {
    void check(Random random) throws Exception;
  }

  /**
   * Checks a property with so many generators, each of a seed of its own.
   *
   * @throws AssertionError for the first that fails, naming its seed, with the failure as its cause
   */
  public static void check(int runs, Property property) {
    String replay = System.getProperty(PROPERTY, "");
    if (!replay.isBlank()) {
      check(Long.parseLong(replay.trim()), property);
      return;
    }
    Random seeds = new Random();
    for (int run = 0; run < runs; run++) {
      check(seeds.nextLong(), property);
    }
  }

  /** Checks a property with the generator of one seed, whatever {@code -Dtest.seed} says. */
  public static void check(long seed, Property property) {
    try {
      property.check(new Random(seed));
    } catch (Exception | AssertionError e) {
      throw new AssertionError(
          "failed with seed " + seed + ", run it again with -D" + PROPERTY + "=" + seed + ": " + e,
          e);
    }
  }
}
