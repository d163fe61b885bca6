package io.dualwrite.benchmarks.system;

import io.dualwrite.benchmarks.Goal;
import io.dualwrite.benchmarks.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The figures as text, and the goals. */
final class SystemReport {
  private static final double MOST_LATENCY = 1.15;
  private static final double LEAST_THROUGHPUT = 0.8;
  private static final double LEAST_GAIN = 1.6;
  private static final double MOST_EMPTY_MILLIS = 100;

  private final List<Goal> goals = new ArrayList<>();

  /** One load: a line per variant, and the goals that apply. */
  String rounds(Workload workload, int threads, Rounds rounds) {
    if (workload.bulk()) {
      return new BulkReport(workload, title(workload, threads), rounds).text(goals);
    }
    TextTable table =
        new TextTable(
            "",
            "p50 us",
            "p99 us",
            "tx/s",
            "p50 x",
            "p99 x",
            "tx/s x",
            "CPU us/tx",
            "CPU x",
            "lag p50 ms",
            "lag p99 ms",
            "journal most",
            "journal kB",
            "empty after ms",
            "failed");
    for (Variant variant : Variant.values()) {
      if (rounds.has(variant)) {
        table.row(row(variant, rounds));
      }
    }
    addGoals(workload, threads, rounds);
    return title(workload, threads) + "\n" + table;
  }

  private static String[] row(Variant variant, Rounds rounds) {
    Variant base = Variant.SOURCE_ALONE;
    boolean journaled = variant.arrival() == Variant.Arrival.THROUGH_THE_JOURNAL;
    return new String[] {
      variant.label(),
      number(0, rounds.median(variant, Measurement::median)),
      number(0, rounds.median(variant, Measurement::p99)),
      number(0, rounds.median(variant, Measurement::perSecond)),
      number(2, rounds.ratio(variant, base, Measurement::median)),
      number(2, rounds.ratio(variant, base, Measurement::p99)),
      number(2, rounds.ratio(variant, base, Measurement::perSecond)),
      number(0, rounds.median(variant, m -> m.cpu().total())),
      number(2, rounds.ratio(variant, base, m -> m.cpu().total())),
      number(1, rounds.median(variant, Measurement::lagMedian)),
      number(1, rounds.median(variant, Measurement::lagP99)),
      journaled ? number(0, rounds.median(variant, Measurement::journalMost)) : "",
      journaled ? number(0, rounds.median(variant, Measurement::journalBytes) / 1024) : "",
      number(0, rounds.median(variant, Measurement::emptyAfter)),
      number(0, rounds.median(variant, Measurement::failures))
    };
  }

  private void addGoals(Workload workload, int threads, Rounds rounds) {
    Variant ours = Variant.RECOVER_ASYNC;
    if (!rounds.has(ours) || !rounds.has(Variant.SOURCE_ALONE)) {
      return;
    }
    String where = ", " + title(workload, threads);
    if (threads == 1) {
      double latency = rounds.ratio(ours, Variant.SOURCE_ALONE, Measurement::median);
      goals.add(
          new Goal(
              "RECOVER ASYNC: median latency to source alone" + where,
              "<= 1.15",
              number(2, latency),
              latency <= MOST_LATENCY));
      return;
    }
    double throughput = rounds.ratio(ours, Variant.SOURCE_ALONE, Measurement::perSecond);
    double empty = rounds.median(ours, Measurement::emptyAfter);
    double gain = rounds.ratio(ours, Variant.HAND_WRITTEN, Measurement::perSecond);
    goals.add(
        new Goal(
            "RECOVER ASYNC: throughput to source alone" + where,
            ">= 0.80",
            number(2, throughput),
            throughput >= LEAST_THROUGHPUT));
    goals.add(
        new Goal(
            "RECOVER ASYNC: all delivered after the last write" + where,
            "<= 100 ms",
            number(0, empty) + " ms",
            empty <= MOST_EMPTY_MILLIS));
    goals.add(
        new Goal(
            "RECOVER ASYNC: throughput to hand-written" + where,
            ">= 1.60",
            number(2, gain),
            gain >= LEAST_GAIN));
  }

  /** For the target's troubles under one load. */
  OutageReport outages(Workload workload, int threads) {
    return new OutageReport(title(workload, threads), goals);
  }

  String goals() {
    return Goal.table(goals);
  }

  private static String title(Workload workload, int threads) {
    return workload.label() + ", " + threads + (threads == 1 ? " thread" : " threads");
  }

  static String number(int digits, double value) {
    if (Double.isNaN(value)) {
      return "";
    }
    return Double.isInfinite(value)
        ? "never"
        : String.format(Locale.ROOT, "%,." + digits + "f", value);
  }
}
