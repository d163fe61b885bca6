package io.dualwrite.reconciler.report.page;

import static java.util.stream.Collectors.joining;

import io.dualwrite.reconciler.compare.WindowResult;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A table's windows in their order, as cells; where there are many, several windows share a cell,
 * which has the worst verdict among them.
 *
 * @param cells the cells
 * @param words what they show, for who cannot see them
 * @param first where the first window begins
 * @param last where the last window is
 * @param scale how many windows a cell stands for
 */
record HeatMap(List<Cell> cells, String words, String first, String last, String scale) {

  /** A cell: its style's class, a sign that tells verdicts apart without colour, and a tooltip. */
  record Cell(String style, String sign, String title) {}

  /** The worst first. */
  static final List<Status> WORST =
      List.of(Status.DIFFERS, Status.FAILED, Status.SKIPPED, Status.NOT_YET, Status.EQUAL);

  /** Of a table's windows, in at most {@code most} cells. */
  static HeatMap of(List<WindowResult> windows, int most) {
    int each = Math.max(1, (windows.size() + most - 1) / most);
    List<Cell> cells = new ArrayList<>();
    for (int from = 0; from < windows.size(); from += each) {
      cells.add(cell(windows.subList(from, Math.min(windows.size(), from + each))));
    }
    return new HeatMap(
        List.copyOf(cells),
        counts(windows),
        windows.get(0).window().label(),
        windows.size() == 1 ? "" : windows.get(windows.size() - 1).window().label(),
        each == 1 ? "" : "each cell is " + each + " windows");
  }

  private static Cell cell(List<WindowResult> windows) {
    Map<Status, Long> counts = tally(windows);
    Status worst = WORST.stream().filter(counts::containsKey).findFirst().orElseThrow();
    String label = windows.get(0).window().label();
    if (windows.size() > 1) {
      label += " to " + windows.get(windows.size() - 1).window().label();
    }
    return new Cell(style(worst), sign(worst), label + ": " + counts(windows) + rows(windows));
  }

  private static String rows(List<WindowResult> windows) {
    long missing = windows.stream().mapToLong(WindowResult::missing).sum();
    long extra = windows.stream().mapToLong(WindowResult::extra).sum();
    long changed = windows.stream().mapToLong(WindowResult::changed).sum();
    return missing + extra + changed == 0
        ? ""
        : String.format(
            Locale.ROOT, "; %,d missing, %,d extra, %,d changed", missing, extra, changed);
  }

  private static Map<Status, Long> tally(List<WindowResult> windows) {
    Map<Status, Long> counts = new EnumMap<>(Status.class);
    windows.forEach(w -> counts.merge(w.status(), 1L, Long::sum));
    return counts;
  }

  private static String counts(List<WindowResult> windows) {
    Map<Status, Long> counts = tally(windows);
    return WORST.stream()
        .filter(counts::containsKey)
        .map(s -> (windows.size() == 1 ? "" : number(counts.getOrDefault(s, 0L)) + " ") + word(s))
        .collect(joining(", "));
  }

  private static String number(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  static String word(Status status) {
    return status.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  static String style(Status status) {
    return switch (status) {
      case EQUAL -> "e";
      case DIFFERS -> "d";
      case NOT_YET -> "y";
      case FAILED -> "f";
      case SKIPPED -> "s";
    };
  }

  static String sign(Status status) {
    return switch (status) {
      case EQUAL -> "";
      case DIFFERS -> "×";
      case NOT_YET -> "…";
      case FAILED -> "!";
      case SKIPPED -> "–";
    };
  }
}
