package io.dualwrite.benchmarks.system;

import static io.dualwrite.benchmarks.system.SystemReport.number;

import io.dualwrite.benchmarks.Goal;
import io.dualwrite.benchmarks.TextTable;
import java.util.List;

/** What the target's troubles cost the application, and the goals. */
final class OutageReport {
  private static final double MOST_LATENCY = 1.05;
  private static final double LEAST_THROUGHPUT = 0.95;

  /** Thread switches and the source's own commit, milliseconds. */
  private static final double ALLOWANCE = 100;

  private final String load;
  private final List<Goal> goals;

  /**
   * @param load what the application does
   * @param goals takes what should be
   */
  OutageReport(String load, List<Goal> goals) {
    this.load = load;
    this.goals = goals;
  }

  String text(Outage outage) {
    String label = outage.trouble().label();
    TextTable table = new TextTable("", "p50 us", "p99 us", "tx/s", "failed", "drained after ms");
    table.row(
        "target up",
        number(0, outage.up(Measurement::median)),
        number(0, outage.up(Measurement::p99)),
        number(0, outage.up(Measurement::perSecond)));
    table.row(
        label,
        number(0, outage.down(Measurement::median)),
        number(0, outage.down(Measurement::p99)),
        number(0, outage.down(Measurement::perSecond)),
        Long.toString(outage.failures()),
        number(0, outage.drained()));
    double throughput = outage.ratio(Measurement::perSecond);
    goals.add(
        new Goal(
            label + ": throughput to target up, " + load,
            ">= 0.95",
            number(2, throughput),
            throughput >= LEAST_THROUGHPUT));
    latency(label, "median", outage.ratio(Measurement::median));
    latency(label, "p99", outage.ratio(Measurement::p99));
    return "RECOVER ASYNC with the target up and in trouble, " + load + "\n" + table;
  }

  private void latency(String label, String figure, double ratio) {
    goals.add(
        new Goal(
            label + ": " + figure + " to target up, " + load,
            "<= 1.05",
            number(2, ratio),
            ratio <= MOST_LATENCY));
  }

  String text(WorstRequest worst) {
    goals.add(
        new Goal(
            worst.trouble().label() + ": longest request under SYNC, " + load,
            "<= " + number(0, worst.limit() + ALLOWANCE) + " ms",
            number(0, worst.worst()) + " ms",
            worst.worst() <= worst.limit() + ALLOWANCE && worst.failures() == 0));
    return String.format(
        "RECOVER SYNC, %s, %s: %d requests, %d failed, the longest %s ms of secondary.timeout %s ms%n",
        worst.trouble().label(),
        load,
        worst.requests(),
        worst.failures(),
        number(0, worst.worst()),
        number(0, worst.limit()));
  }

  String text(CatchUp catchUp) {
    double most = catchUp.outage() / 2;
    goals.add(
        new Goal(
            "caught up after "
                + number(0, catchUp.outage())
                + " s of outage, traffic going on, "
                + load,
            "<= " + number(0, most) + " s",
            number(1, catchUp.caughtUp()) + " s",
            catchUp.caughtUp() <= most));
    return String.format(
        "RECOVER ASYNC, target killed for %s s, %s: %s tx/s, %s entries left; back: caught up after %s s, %s tx/s meanwhile%n",
        number(0, catchUp.outage()),
        load,
        number(0, catchUp.before()),
        number(0, catchUp.entries()),
        number(1, catchUp.caughtUp()),
        number(0, catchUp.during()));
  }
}
