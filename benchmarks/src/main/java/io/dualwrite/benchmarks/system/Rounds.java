package io.dualwrite.benchmarks.system;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The measurements of all variants under one load, round by round. A ratio is taken within each
 * round, where both sides met the same noise; what is reported is the median over the rounds.
 */
final class Rounds {
  private final Map<Variant, List<Measurement>> measurements = new EnumMap<>(Variant.class);

  void add(Variant variant, Measurement measurement) {
    measurements.computeIfAbsent(variant, v -> new ArrayList<>()).add(measurement);
  }

  boolean has(Variant variant) {
    return measurements.containsKey(variant);
  }

  /** The median over the rounds; not a number when there is none. */
  double median(Variant variant, ToDoubleFunction<Measurement> figure) {
    return median(of(variant).stream().mapToDouble(figure).toArray());
  }

  /** The median of the ratios of one variant's figure to another's in the same round. */
  double ratio(Variant variant, Variant to, ToDoubleFunction<Measurement> figure) {
    List<Measurement> above = of(variant);
    List<Measurement> below = of(to);
    double[] ratios = new double[Math.min(above.size(), below.size())];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = figure.applyAsDouble(above.get(i)) / figure.applyAsDouble(below.get(i));
    }
    return median(ratios);
  }

  private List<Measurement> of(Variant variant) {
    return measurements.getOrDefault(variant, List.of());
  }

  static double median(double[] values) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
