package io.dualwrite.benchmarks.system;

import static io.dualwrite.benchmarks.system.SystemReport.number;

import io.dualwrite.benchmarks.Goal;
import io.dualwrite.benchmarks.TextTable;
import java.util.List;

/** The figures of a load that writes many rows per transaction: rows rather than transactions. */
final class BulkReport {
  private static final double LEAST_THROUGHPUT = 0.75;

  private final Workload workload;
  private final String title;
  private final Rounds rounds;

  BulkReport(Workload workload, String title, Rounds rounds) {
    this.workload = workload;
    this.title = title;
    this.rounds = rounds;
  }

  /** The table; goals are added to the list. */
  String text(List<Goal> goals) {
    TextTable table =
        new TextTable(
            "",
            "rows/s",
            "rows/s x",
            "sustained rows/s",
            "sustained x hand-written",
            "p50 ms",
            "CPU us/row",
            "JVM",
            "source",
            "target",
            "CPU x",
            "journal most",
            "journal kB",
            "empty after ms",
            "failed");
    for (Variant variant : Variant.values()) {
      if (rounds.has(variant)) {
        table.row(row(variant));
      }
    }
    if (rounds.has(Variant.RECOVER_ASYNC)) {
      goal(
          goals,
          "rows/s to source alone",
          LEAST_THROUGHPUT,
          rounds.ratio(Variant.RECOVER_ASYNC, Variant.SOURCE_ALONE, Measurement::perSecond));
      goal(
          goals,
          "rows/s including delivery to hand-written",
          1,
          rounds.ratio(Variant.RECOVER_ASYNC, Variant.HAND_WRITTEN, Measurement::sustained));
    }
    return title + "\n" + table;
  }

  private String[] row(Variant variant) {
    int rowsEach = workload.rowsPerTransaction();
    boolean journaled = variant.arrival() == Variant.Arrival.THROUGH_THE_JOURNAL;
    return new String[] {
      variant.label(),
      number(0, rowsEach * rounds.median(variant, Measurement::perSecond)),
      number(2, rounds.ratio(variant, Variant.SOURCE_ALONE, Measurement::perSecond)),
      number(0, rowsEach * rounds.median(variant, Measurement::sustained)),
      number(2, rounds.ratio(variant, Variant.HAND_WRITTEN, Measurement::sustained)),
      number(1, rounds.median(variant, Measurement::median) / 1000),
      number(2, rounds.median(variant, m -> m.cpu().total()) / rowsEach),
      number(2, rounds.median(variant, m -> m.cpu().jvm()) / rowsEach),
      number(2, rounds.median(variant, m -> m.cpu().source()) / rowsEach),
      number(2, rounds.median(variant, m -> m.cpu().target()) / rowsEach),
      number(2, rounds.ratio(variant, Variant.SOURCE_ALONE, m -> m.cpu().total())),
      journaled ? number(0, rounds.median(variant, Measurement::journalMost)) : "",
      journaled ? number(0, rounds.median(variant, Measurement::journalBytes) / 1024) : "",
      number(0, rounds.median(variant, Measurement::emptyAfter)),
      number(0, rounds.median(variant, Measurement::failures))
    };
  }

  private void goal(List<Goal> goals, String figure, double least, double measured) {
    if (!Double.isNaN(measured)) {
      goals.add(
          new Goal(
              "RECOVER ASYNC: " + figure + ", " + title,
              ">= " + number(2, least),
              number(2, measured),
              measured >= least));
    }
  }
}
