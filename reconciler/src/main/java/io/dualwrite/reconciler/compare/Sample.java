package io.dualwrite.reconciler.compare;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * How many of a table's windows are looked at, for a quick look: a share of them, or so many.
 *
 * @param windows so many, or the share times a hundred where {@code ofHundred}
 * @param ofHundred whether it is a share
 */
public record Sample(BigDecimal windows, boolean ofHundred) {
  private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

  public Sample {
    boolean fits =
        windows.signum() > 0
            && (ofHundred
                ? windows.compareTo(HUNDRED) <= 0
                : windows.stripTrailingZeros().scale() <= 0);
    if (!fits) {
      throw new IllegalArgumentException(
          "sample must be a share such as 5% or a number of windows such as 20, was "
              + windows.toPlainString()
              + (ofHundred ? "%" : ""));
    }
  }

  /**
   * Reads {@code 5%} or {@code 20}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static Sample parse(String text) {
    boolean share = text.endsWith("%");
    try {
      return new Sample(new BigDecimal(share ? text.substring(0, text.length() - 1) : text), share);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "sample must be a share such as 5% or a number of windows such as 20, was " + text, e);
    }
  }

  /**
   * The numbers of those that are left out, out of so many: one at random of each stretch stays.
   */
  Set<Integer> leftOut(int of, Random random) {
    int wanted = Math.min(of, number(of));
    Set<Integer> left = new TreeSet<>();
    for (int stretch = 0; stretch < wanted; stretch++) {
      int from = (int) ((long) stretch * of / wanted);
      int to = (int) ((long) (stretch + 1) * of / wanted);
      int kept = from + random.nextInt(to - from);
      for (int window = from; window < to; window++) {
        if (window != kept) {
          left.add(window);
        }
      }
    }
    return left;
  }

  private int number(int of) {
    BigDecimal number =
        ofHundred
            ? windows.multiply(BigDecimal.valueOf(of)).divide(HUNDRED, 0, RoundingMode.CEILING)
            : windows;
    return number.min(BigDecimal.valueOf(Integer.MAX_VALUE)).intValue();
  }
}
