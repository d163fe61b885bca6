package io.dualwrite.reconciler.report.page;

import static java.util.stream.Collectors.joining;

import io.dualwrite.Side;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.DifferingValues;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.report.EarlierLines;
import io.dualwrite.reconciler.report.page.Frame.Tone;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One table of a comparison as its template wants it. */
record ComparedTablePart(
    String anchor,
    String name,
    Tone tone,
    String word,
    List<Count> cells,
    Optional<HeatMap> map,
    List<String> notes,
    List<String> earlier,
    boolean values,
    boolean open,
    String listed,
    Optional<String> byColumn,
    Optional<String> more,
    List<Row> differences) {

  /** More rows than this are folded away. */
  private static final int UNFOLDED = 50;

  private static final int COLUMNS = 12;

  /** A number of the summary; {@code bad} where it should be zero and is not. */
  record Count(String text, boolean bad) {}

  /** A difference. */
  record Row(String window, String kind, String key, String columns, Optional<Values> values) {}

  /** The values of the columns that differ. */
  record Values(String source, String target) {}

  boolean hasDifferences() {
    return !differences.isEmpty();
  }

  static ComparedTablePart of(
      int number, TableComparison table, int cells, int rows, Optional<DifferingValues> shown) {
    boolean skipped = table.count(Status.SKIPPED) > 0;
    List<Row> differences =
        table.differences().stream().limit(rows).map(d -> row(table.table(), d, shown)).toList();
    return new ComparedTablePart(
        "t" + number,
        table.table(),
        tone(table),
        word(table),
        counts(table, skipped),
        skipped || table.windows().isEmpty()
            ? Optional.empty()
            : Optional.of(HeatMap.of(table.windows(), cells)),
        table.notes(),
        EarlierLines.of(table)
            .lines()
            .map(line -> line.substring(table.table().length() + 1))
            .toList(),
        shown.isPresent(),
        differences.size() <= UNFOLDED,
        number(differences.size()) + (differences.size() == 1 ? " difference" : " differences"),
        byColumn(table),
        more(table, rows),
        differences);
  }

  private static Optional<String> more(TableComparison table, int rows) {
    long all = table.missing() + table.extra() + table.changed();
    long here = table.differences().stream().limit(rows).mapToLong(Difference::rows).sum();
    if (all <= here) {
      return Optional.empty();
    }
    boolean known = table.differences().size() > rows;
    return Optional.of(
        number(all - here)
            + " more. "
            + (known ? "--format json lists them." : "--max-differences " + all + " lists them."));
  }

  private static Tone tone(TableComparison table) {
    if (table.inSync()) {
      return Tone.GOOD;
    }
    return table.count(Status.DIFFERS) > 0 ? Tone.BAD : Tone.UNKNOWN;
  }

  private static String word(TableComparison table) {
    if (table.inSync()) {
      return "in sync";
    }
    if (table.count(Status.DIFFERS) > 0) {
      return "differs";
    }
    if (table.count(Status.SKIPPED) > 0) {
      return "not compared";
    }
    return table.count(Status.FAILED) > 0 ? "not known" : "not yet";
  }

  private static List<Count> counts(TableComparison table, boolean skipped) {
    List<Count> counts = new ArrayList<>();
    for (long value :
        List.of(
            table.count(Status.DIFFERS),
            table.count(Status.NOT_YET),
            table.count(Status.FAILED),
            table.missing(),
            table.extra(),
            table.changed())) {
      counts.add(new Count(skipped ? "–" : number(value), !skipped && value > 0));
    }
    for (long value :
        List.of(
            table.count(Status.EQUAL),
            (long) table.windows().size(),
            table.sourceRows(),
            table.targetRows())) {
      counts.add(new Count(skipped ? "–" : number(value), false));
    }
    return counts;
  }

  private static Row row(String table, Difference difference, Optional<DifferingValues> shown) {
    String key =
        difference.key().isEmpty()
            ? number(difference.rows()) + (difference.rows() == 1 ? " row" : " rows")
            : difference.key().entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(joining(" "));
    return new Row(
        difference.window().label(),
        difference.kind().name(),
        key,
        String.join(", ", difference.columns()),
        shown.map(
            values ->
                new Values(
                    values.text(table, difference, Side.SOURCE),
                    values.text(table, difference, Side.TARGET))));
  }

  private static Optional<String> byColumn(TableComparison table) {
    Map<String, Long> counts = new TreeMap<>();
    table.differences().forEach(d -> d.columns().forEach(c -> counts.merge(c, 1L, Long::sum)));
    if (counts.isEmpty()) {
      return Optional.empty();
    }
    String text =
        counts.entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
            .limit(COLUMNS)
            .map(e -> e.getKey() + " " + number(e.getValue()))
            .collect(joining(", "));
    return Optional.of(
        text + (counts.size() > COLUMNS ? " and " + (counts.size() - COLUMNS) + " more" : ""));
  }

  static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
