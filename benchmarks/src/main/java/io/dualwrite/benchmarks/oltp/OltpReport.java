package io.dualwrite.benchmarks.oltp;

import io.dualwrite.benchmarks.Goal;
import io.dualwrite.benchmarks.TextTable;
import io.dualwrite.benchmarks.system.Equality;
import io.dualwrite.benchmarks.system.Medians;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The figures as text, and the goals. */
final class OltpReport {
  private static final double LEAST_THROUGHPUT = 0.75;

  private final List<Goal> goals = new ArrayList<>();
  private List<OltpSlot> alone = new ArrayList<>();
  private List<OltpSlot> mirrored = new ArrayList<>();
  private boolean allEqual = true;

  /** Another load. */
  void begin() {
    alone = new ArrayList<>();
    mirrored = new ArrayList<>();
  }

  void add(boolean ofMirrored, OltpSlot slot) {
    (ofMirrored ? mirrored : alone).add(slot);
  }

  String text(OltpWorkload workload, int terminals, Equality.Result equality) {
    TextTable table =
        new TextTable(
            "",
            "tx/s",
            "tx/s x",
            "p50 ms",
            "p99 ms",
            "aborted %",
            "failed",
            "CPU us/tx",
            "CPU x",
            "empty after ms");
    row(table, "source alone", alone);
    row(table, "through the driver, RECOVER", mirrored);
    String title = workload.label() + ", " + terminals + " terminals";
    double ratio = ratio(mirrored, OltpSlot::perSecond);
    goals.add(
        new Goal(
            "throughput to source alone, " + title,
            ">= 0.75",
            Medians.number(2, ratio),
            ratio >= LEAST_THROUGHPUT));
    goals.add(
        new Goal(
            "both databases equal afterwards, " + title,
            "equal",
            equality.equal() ? "equal" : "different",
            equality.equal()));
    allEqual &= equality.equal();
    return title + "\n" + table + equality.text() + "\n";
  }

  private void row(TextTable table, String label, List<OltpSlot> slots) {
    table.row(
        label,
        median(0, slots, OltpSlot::perSecond),
        Medians.number(2, ratio(slots, OltpSlot::perSecond)),
        median(2, slots, OltpSlot::p50),
        median(2, slots, OltpSlot::p99),
        median(2, slots, OltpSlot::aborts),
        median(0, slots, OltpSlot::failed),
        median(0, slots, OltpSlot::cpu),
        Medians.number(2, ratio(slots, OltpSlot::cpu)),
        median(0, slots, OltpSlot::emptyAfter));
  }

  private static String median(
      int digits, List<OltpSlot> slots, ToDoubleFunction<OltpSlot> figure) {
    return Medians.number(digits, Medians.of(slots, figure));
  }

  private double ratio(List<OltpSlot> slots, ToDoubleFunction<OltpSlot> figure) {
    return Medians.ofRatios(slots, alone, figure);
  }

  String goals() {
    return Goal.table(goals);
  }

  boolean allEqual() {
    return allEqual;
  }
}
