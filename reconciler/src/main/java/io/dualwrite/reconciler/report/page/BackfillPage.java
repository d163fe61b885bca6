package io.dualwrite.reconciler.report.page;

import static io.dualwrite.reconciler.report.page.ComparedTablePart.number;

import io.dualwrite.reconciler.backfill.Backfill;
import io.dualwrite.reconciler.backfill.Backfill.TableBackfill;
import io.dualwrite.reconciler.report.page.Frame.Tone;
import io.dualwrite.reconciler.report.page.Frame.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A backfill as a page. */
public final class BackfillPage {
  private static final int PROBLEMS = 200;

  private BackfillPage() {}

  /** The body's values. */
  record Body(List<Table> tables, List<Line> lines) {}

  /** What became of a table. */
  record Table(
      String name,
      Tone tone,
      String word,
      boolean bad,
      String refused,
      String differ,
      String pending,
      String copied,
      String rows,
      String windows,
      String before,
      String lock,
      String took) {}

  /** A problem or a note. */
  record Line(Tone tone, String kind, String table, String text) {}

  /**
   * The whole page.
   *
   * @param words what the backfill comes to
   */
  public static String of(Backfill backfill, String words, PageSettings settings) {
    List<Line> lines = new ArrayList<>();
    backfill.unbuilt().forEach(u -> lines.add(new Line(Tone.BAD, "not built", "", u)));
    for (TableBackfill table : backfill.tables()) {
      table.problems().stream()
          .limit(PROBLEMS)
          .forEach(p -> lines.add(new Line(Tone.BAD, "problem", table.table(), p)));
      table.notes().forEach(n -> lines.add(new Line(Tone.PLAIN, "note", table.table(), n)));
    }
    backfill.notes().forEach(n -> lines.add(new Line(Tone.PLAIN, "note", "", n)));
    return new Frame(
            backfill.migration() + " · backfill",
            ComparisonPage.TIME.format(backfill.startedAt())
                + " · took "
                + seconds(backfill.duration())
                + (backfill.resumed() ? " · went on with an interrupted one" : ""),
            new Verdict(tone(backfill), words),
            Templates.fill(
                "backfill",
                new Body(backfill.tables().stream().map(BackfillPage::table).toList(), lines)),
            settings.list(),
            settings.footer())
        .html();
  }

  private static Tone tone(Backfill backfill) {
    if (!backfill.complete()) {
      return Tone.BAD;
    }
    return backfill.differing() > 0 ? Tone.UNKNOWN : Tone.GOOD;
  }

  private static Table table(TableBackfill table) {
    boolean done = table.complete() && table.refused() == 0;
    return new Table(
        table.table(),
        done ? Tone.GOOD : Tone.BAD,
        done ? "done" : "not finished",
        table.refused() > 0,
        number(table.refused()),
        number(table.changed() + table.extra()),
        number(table.pending()),
        number(table.copied()),
        number(table.rows()),
        number(table.windows()),
        number(table.windowsBefore()),
        seconds(table.longestLock()),
        seconds(table.duration()));
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%,.1f s", duration.toMillis() / 1000.0);
  }
}
