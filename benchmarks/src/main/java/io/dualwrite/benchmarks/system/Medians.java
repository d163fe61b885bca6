package io.dualwrite.benchmarks.system;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** Medians over rounds, and of ratios within rounds; not numbers where there are none. */
public final class Medians {
  private Medians() {}

  /** Of one figure. */
  public static <T> double of(List<T> rounds, ToDoubleFunction<T> figure) {
    return Rounds.median(rounds.stream().mapToDouble(figure).toArray());
  }

  /** Of the ratios of one figure in the same round. */
  public static <T> double ofRatios(List<T> above, List<T> below, ToDoubleFunction<T> figure) {
    double[] ratios = new double[Math.min(above.size(), below.size())];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = figure.applyAsDouble(above.get(i)) / figure.applyAsDouble(below.get(i));
    }
    return Rounds.median(ratios);
  }

  /** With so many digits; empty for what is not a number. */
  public static String number(int digits, double value) {
    return SystemReport.number(digits, value);
  }
}
