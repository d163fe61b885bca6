package io.dualwrite.benchmarks.system;

import io.dualwrite.jdbc.delivery.DeliveryProbe;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** RECOVER with the target well and in trouble, in turns, under one load. */
final class Outage {
  private final Trouble trouble;
  private final List<Measurement> up = new ArrayList<>();
  private final List<Measurement> down = new ArrayList<>();
  private final List<Double> drained = new ArrayList<>();

  Outage(Trouble trouble) {
    this.trouble = trouble;
  }

  /** Measures some rounds; the target is well again afterwards. */
  void run(Servers direct, Slot slot, Workload workload, int rounds)
      throws SQLException, InterruptedException {
    Variant variant = Variant.RECOVER_ASYNC;
    Servers servers = trouble.prepare(direct);
    try (Store store = variant.open(servers, DeliveryProbe.NONE)) {
      slot.warmUp(variant, store);
      for (int round = 0; round < rounds; round++) {
        up.add(slot.measure(variant, store, true));
        trouble.begin(servers);
        try {
          down.add(slot.measure(variant, store, false));
        } finally {
          trouble.end(servers);
        }
        try (Arrivals arrivals = new Arrivals(direct, variant, workload, Long.MAX_VALUE / 4)) {
          drained.add(arrivals.awaitAll());
        }
      }
    } finally {
      servers.closeProxy();
    }
  }

  Trouble trouble() {
    return trouble;
  }

  double up(ToDoubleFunction<Measurement> figure) {
    return median(up, figure);
  }

  double down(ToDoubleFunction<Measurement> figure) {
    return median(down, figure);
  }

  /** In trouble to well, round by round. */
  double ratio(ToDoubleFunction<Measurement> figure) {
    double[] ratios = new double[Math.min(up.size(), down.size())];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = figure.applyAsDouble(down.get(i)) / figure.applyAsDouble(up.get(i));
    }
    return Rounds.median(ratios);
  }

  /** Milliseconds from the target's return until the journal was empty. */
  double drained() {
    return Rounds.median(drained.stream().mapToDouble(d -> d).toArray());
  }

  long failures() {
    return down.stream().mapToLong(Measurement::failures).sum();
  }

  private static double median(List<Measurement> rounds, ToDoubleFunction<Measurement> figure) {
    return Rounds.median(rounds.stream().mapToDouble(figure).toArray());
  }
}
