package io.dualwrite.jdbc.shadow;

import io.dualwrite.MismatchListener;
import io.dualwrite.ShadowComparator;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/**
 * What an application may replace of shadow reads.
 *
 * @param comparator compares two {@link QueryAnswer}s
 * @param mismatches is told of different ones
 * @param random numbers from 0 to 1, by which reads are chosen
 */
public record ShadowOptions(
    ShadowComparator comparator, MismatchListener mismatches, DoubleSupplier random) {
  /** Equality, nobody told. */
  public static final ShadowOptions DEFAULT =
      new ShadowOptions(
          ShadowComparator.equality(),
          mismatch -> {},
          () -> ThreadLocalRandom.current().nextDouble());

  /** With another comparator. */
  public ShadowOptions withComparator(ShadowComparator other) {
    return new ShadowOptions(other, mismatches, random);
  }

  /** With a listener. */
  public ShadowOptions withMismatches(MismatchListener listener) {
    return new ShadowOptions(comparator, listener, random);
  }

  /** With other numbers. */
  public ShadowOptions withRandom(DoubleSupplier numbers) {
    return new ShadowOptions(comparator, mismatches, numbers);
  }
}
