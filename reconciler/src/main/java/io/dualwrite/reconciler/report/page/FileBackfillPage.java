package io.dualwrite.reconciler.report.page;

import static io.dualwrite.reconciler.report.page.ComparedTablePart.number;

import io.dualwrite.reconciler.backfill.file.Counts;
import io.dualwrite.reconciler.backfill.file.FileBackfill;
import io.dualwrite.reconciler.report.page.Frame.Tone;
import io.dualwrite.reconciler.report.page.Frame.Verdict;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A load of files as a page. */
public final class FileBackfillPage {
  private FileBackfillPage() {}

  /** The body's values. */
  record Body(
      String name,
      Tone tone,
      String word,
      boolean bad,
      String setAside,
      String absent,
      String pending,
      String present,
      String inserted,
      String copied,
      String records,
      String before,
      String lock,
      String took,
      List<String> files,
      List<Reason> reasons,
      List<Line> lines) {}

  /** Why records were set aside. */
  record Reason(String records, String why) {}

  /** A problem or a note. */
  record Line(Tone tone, String kind, String text) {}

  /**
   * The whole page.
   *
   * @param words what the load comes to
   */
  public static String of(FileBackfill load, String words, PageSettings settings) {
    return new Frame(
            load.migration() + " · backfill from files",
            load.startedAt().truncatedTo(ChronoUnit.SECONDS)
                + " · took "
                + seconds(load.duration())
                + (load.resumed() ? " · went on with an interrupted one" : ""),
            new Verdict(load.complete() ? Tone.GOOD : Tone.BAD, words),
            Templates.fill("files", body(load)),
            settings.list(),
            settings.footer())
        .html();
  }

  private static Body body(FileBackfill load) {
    List<Line> lines = new ArrayList<>();
    load.problem().ifPresent(p -> lines.add(new Line(Tone.BAD, "problem", p)));
    load.notes().forEach(n -> lines.add(new Line(Tone.PLAIN, "note", n)));
    Counts counts = load.counts();
    return new Body(
        load.table(),
        load.complete() ? Tone.GOOD : Tone.BAD,
        word(load),
        counts.bad() > 0,
        number(counts.bad()),
        number(counts.absent()),
        number(counts.pending()),
        number(counts.present()),
        number(counts.inserted()),
        number(counts.copied()),
        number(counts.records()),
        number(load.recordsBefore()),
        seconds(load.longestLock()),
        seconds(load.duration()),
        load.files(),
        load.reasons().entrySet().stream()
            .map(e -> new Reason(number(e.getValue()), e.getKey()))
            .toList(),
        lines);
  }

  private static String word(FileBackfill load) {
    if (load.complete()) {
      return "done";
    }
    return load.finished() ? "not all loaded" : "not finished";
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%,.1f s", duration.toMillis() / 1000.0);
  }
}
