package io.dualwrite.reconciler.report.page;

import static io.dualwrite.reconciler.report.page.ComparedTablePart.number;

import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.DifferingValues;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.report.VerdictLine;
import io.dualwrite.reconciler.report.page.Frame.Tone;
import io.dualwrite.reconciler.report.page.Frame.Verdict;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A comparison as a page. However many windows and differences there are, a browser opens it. */
public final class ComparisonPage {
  private static final int CELLS_OF_A_TABLE = 480;
  private static final int CELLS = 20_000;
  private static final int ROWS = 4_000;
  private static final int FEWEST = 20;
  static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private ComparisonPage() {}

  /** The body's values. */
  record Body(
      Optional<String> shown,
      List<Unseen> unseen,
      boolean hasMaps,
      List<ComparedTablePart> tables) {}

  /** What was not compared. */
  record Unseen(Tone tone, String word, String table, Optional<String> windows, String reason) {}

  /**
   * The whole page.
   *
   * @param values the values to show, where they were asked for
   */
  public static String of(
      Comparison comparison, PageSettings settings, Optional<DifferingValues> values) {
    return new Frame(
            comparison.migration() + " · compare",
            when(comparison),
            verdict(comparison),
            body(comparison, values),
            settings.list(),
            settings.footer())
        .html();
  }

  static String when(Comparison comparison) {
    return TIME.format(comparison.startedAt())
        + String.format(Locale.ROOT, " · took %,.1f s", comparison.duration().toMillis() / 1000.0)
        + " · checksum "
        + comparison.checksum().label()
        + (comparison.complete()
            ? " · all tables, whole"
            : " · a part of the tables, or of their time");
  }

  static Verdict verdict(Comparison comparison) {
    String words = VerdictLine.of(comparison);
    if (comparison.inSync()) {
      return new Verdict(Tone.GOOD, words);
    }
    return new Verdict(comparison.count(Status.DIFFERS) > 0 ? Tone.BAD : Tone.UNKNOWN, words);
  }

  static String body(Comparison comparison, Optional<DifferingValues> values) {
    int tables = Math.max(1, comparison.tables().size());
    int cells = Math.min(CELLS_OF_A_TABLE, Math.max(FEWEST, CELLS / tables));
    int rows = Math.max(FEWEST, ROWS / tables);
    List<ComparedTablePart> parts = new ArrayList<>();
    List<Unseen> unseen = new ArrayList<>();
    // Those that want attention first: nobody finds two of them among three hundred.
    List<TableComparison> ordered =
        comparison.tables().stream().sorted(Comparator.comparing(TableComparison::inSync)).toList();
    for (TableComparison table : ordered) {
      parts.add(ComparedTablePart.of(parts.size() + 1, table, cells, rows, values));
      unseen.addAll(unseen(table));
    }
    return Templates.fill(
        "comparison",
        new Body(
            values.map(v -> "read at " + TIME.format(v.readAt()) + ", after the comparison"),
            unseen,
            parts.stream().anyMatch(p -> p.map().isPresent()),
            parts));
  }

  /** Windows with the same reason share a line. */
  private static List<Unseen> unseen(TableComparison table) {
    Map<List<String>, Long> reasons = new LinkedHashMap<>();
    for (WindowResult window : table.windows()) {
      if (window.status() != Status.EQUAL && window.status() != Status.DIFFERS) {
        reasons.merge(
            List.of(window.status().name(), window.reason().orElse("unknown")), 1L, Long::sum);
      }
    }
    List<Unseen> unseen = new ArrayList<>();
    reasons.forEach(
        (reason, count) -> {
          Status status = Status.valueOf(reason.get(0));
          Optional<String> windows =
              status == Status.SKIPPED
                  ? Optional.empty()
                  : Optional.of(number(count) + (count == 1 ? " window" : " windows"));
          unseen.add(
              new Unseen(
                  Tone.UNKNOWN, HeatMap.word(status), table.table(), windows, reason.get(1)));
        });
    return unseen;
  }
}
