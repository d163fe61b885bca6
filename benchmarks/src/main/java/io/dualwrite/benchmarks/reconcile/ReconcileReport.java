package io.dualwrite.benchmarks.reconcile;

import io.dualwrite.benchmarks.Goal;
import io.dualwrite.benchmarks.TextTable;
import io.dualwrite.benchmarks.system.Medians;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Collects what one table's rounds cost. */
final class ReconcileReport {
  private static final double NANOS = 1e9;

  private final MetricsTable table;
  private final List<Cost> counts = new ArrayList<>();
  private final List<Cost> copies = new ArrayList<>();
  private final Map<String, List<Cost>> checksums = new LinkedHashMap<>();
  private final Map<String, List<CompareRun>> compares = new LinkedHashMap<>();

  ReconcileReport(MetricsTable table) {
    this.table = table;
  }

  void count(Cost cost) {
    counts.add(cost);
  }

  void copy(Cost cost) {
    copies.add(cost);
  }

  void checksum(String form, Cost cost) {
    checksums.computeIfAbsent(form, f -> new ArrayList<>()).add(cost);
  }

  void compare(String form, CompareRun run) {
    compares.computeIfAbsent(form, f -> new ArrayList<>()).add(run);
  }

  /** Whether every comparison found the tables equal. */
  boolean right() {
    return compares.values().stream().flatMap(List::stream).allMatch(CompareRun::inSync);
  }

  String text() {
    TextTable text =
        new TextTable(
            table.describe(),
            "wall s",
            "in the run s",
            "of COPY",
            "server CPU ns/row",
            "x count(*)",
            "client CPU s",
            "heap MiB",
            "RSS MiB",
            "windows");
    Cost count = Cost.median(counts);
    Cost copy = Cost.median(copies);
    row(text, "count(*), both sides at once", count);
    row(text, "COPY binary, both sides at once", copy);
    checksums.forEach(
        (form, costs) -> row(text, "checksum " + form + " in one query", Cost.median(costs)));
    compares.forEach(
        (form, runs) -> {
          Cost cost = cost(form);
          text.row(
              "compare --checksum " + form + " (" + runs.get(0).checksum() + ")",
              number(2, cost.wall()),
              number(2, seconds(form)),
              number(2, cost.wall() / copy.wall()),
              number(0, perRow(cost.servers())),
              number(1, cost.servers() / count.servers()),
              number(2, cost.client()),
              number(0, Medians.of(runs, CompareRun::heapMiB)),
              number(0, Medians.of(runs, CompareRun::residentMiB)),
              number(0, Medians.of(runs, CompareRun::windows)));
        });
    return text.toString();
  }

  private void row(TextTable text, String what, Cost cost) {
    text.row(
        what,
        number(2, cost.wall()),
        "",
        number(2, cost.wall() / Cost.median(copies).wall()),
        number(0, perRow(cost.servers())),
        number(1, cost.servers() / Cost.median(counts).servers()),
        number(2, cost.client()));
  }

  /** Of the first form measured. */
  List<Goal> goals() {
    String form = first();
    double count = Cost.median(counts).servers();
    List<Cost> cheapest = checksums.values().iterator().next();
    double copy = Cost.median(copies).wall();
    double wall = cost(form).wall() / copy;
    double run = seconds(form) / copy;
    return List.of(
        goal(
            "server CPU of the cheapest checksum, times that of count(*)",
            16,
            Cost.median(cheapest).servers() / count),
        goal(
            "server CPU of a whole comparison, times that of count(*)",
            16,
            cost(form).servers() / count),
        goal("wall time of the command, JVM's start included, of COPY binary", 0.6, wall),
        goal("wall time of the comparison in it, of COPY binary", 0.6, run));
  }

  /** What a larger table may cost more a row. */
  List<Goal> growthGoals(ReconcileReport smaller) {
    String form = first();
    double ratio = seconds(form) / table.rows() / (smaller.seconds(form) / smaller.table.rows());
    double copy = Cost.median(copies).wall();
    return List.of(
        goal("time a row, " + table.describe() + " to " + smaller.table.describe(), 1.1, ratio),
        goal(
            "wall time of the command, " + table.describe() + ", of COPY binary",
            0.6,
            cost(form).wall() / copy));
  }

  private static Goal goal(String name, double most, double measured) {
    return new Goal(
        name, "<= " + number(most < 2 ? 1 : 0, most), number(2, measured), measured <= most);
  }

  private String first() {
    return compares.keySet().iterator().next();
  }

  private Cost cost(String form) {
    return Cost.median(
        compares.getOrDefault(form, List.of()).stream().map(CompareRun::cost).toList());
  }

  private double seconds(String form) {
    return Medians.of(compares.getOrDefault(form, List.of()), CompareRun::seconds);
  }

  private double perRow(double seconds) {
    return seconds * NANOS / (2 * table.rows());
  }

  private static String number(int digits, double value) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
