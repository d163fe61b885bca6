package io.dualwrite.reconciler.report.page;

import static io.dualwrite.reconciler.report.page.ComparedTablePart.number;

import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.report.WatchLine;
import io.dualwrite.reconciler.report.page.Frame.Tone;
import io.dualwrite.reconciler.report.page.Frame.Verdict;
import io.dualwrite.reconciler.watch.Looks;
import io.dualwrite.reconciler.watch.WatchState;
import io.dualwrite.reconciler.watch.WatchState.TableDrift;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A watch's state as a page that asks for itself again. */
public final class WatchPage {
  private static final int REFRESH_SECONDS = 5;
  private static final int TABLES = 200;

  private WatchPage() {}

  /** The body's values. */
  record Body(
      Optional<String> away,
      List<Fact> facts,
      List<Table> tables,
      boolean none,
      List<Row> differences) {}

  /** A figure. */
  record Fact(String label, String value) {}

  /** A table. */
  record Table(
      String name,
      Tone tone,
      String word,
      boolean stale,
      HeatMap map,
      Optional<String> warning,
      List<String> problems,
      String looked) {}

  /** A difference. */
  record Row(String at, String table, String kind, String key, String columns, String window) {}

  /** The whole page. */
  public static String of(WatchState state, String version) {
    List<Table> tables = new ArrayList<>();
    shown(state).forEach(t -> tables.add(table(state, t)));
    Body body =
        new Body(
            state.away().map(a -> WatchMap.time(a.since()) + " UTC"),
            facts(state),
            tables,
            state.differences().isEmpty(),
            state.differences().stream()
                .map(
                    d ->
                        new Row(
                            WatchMap.time(d.at()),
                            d.table(),
                            d.kind(),
                            d.key(),
                            String.join(", ", d.columns()),
                            d.window()))
                .toList());
    return new Frame(
            state.migration() + " · watch",
            "as of "
                + WatchMap.time(state.at())
                + " UTC · watching since "
                + WatchMap.time(state.startedAt()),
            new Verdict(tone(state), WatchLine.of(state)),
            Templates.fill("watch", body),
            List.of(),
            "Served by "
                + version
                + ". Asked again every "
                + REFRESH_SECONDS
                + " s. Metrics: /metrics",
            Optional.of(REFRESH_SECONDS))
        .html();
  }

  private static Tone tone(WatchState state) {
    return switch (state.verdict()) {
      case IN_SYNC -> Tone.GOOD;
      case DRIFT -> Tone.BAD;
      case NOT_YET, UNKNOWN -> Tone.UNKNOWN;
    };
  }

  /** All tables by name; of too many, those that are not known to be in sync come first. */
  private static List<TableDrift> shown(WatchState state) {
    if (state.tables().size() <= TABLES) {
      return state.tables();
    }
    return state.tables().stream()
        .sorted(Comparator.comparing(t -> t.open().isEmpty() && t.problem().isEmpty()))
        .limit(TABLES)
        .toList();
  }

  private static List<Fact> facts(WatchState state) {
    List<Fact> facts = new ArrayList<>();
    if (state.tables().size() > TABLES) {
      facts.add(
          new Fact(
              "tables shown",
              TABLES
                  + " of "
                  + number(state.tables().size())
                  + ": first what is not in sync. The metrics have all"));
    }
    facts.add(
        new Fact(
            "compared up to",
            state.upTo().map(t -> WatchMap.time(t) + " UTC").orElse("nothing yet")));
    facts.add(
        new Fact("rows read", number(state.tables().stream().mapToLong(TableDrift::rows).sum())));
    facts.add(new Fact("rounds", number(state.rounds())));
    if (state.control().isPresent()) {
      Looks.Migration control = state.control().get();
      facts.add(new Fact("phase", control.phase()));
      facts.add(new Fact("kill switch", control.killSwitch() ? "ENGAGED" : "released"));
      facts.add(
          new Fact(
              "journal",
              number(control.pending())
                  + " pending"
                  + (control.pending() == 0
                      ? ""
                      : String.format(Locale.ROOT, ", oldest %.1f s", control.oldestSeconds()))));
      facts.add(new Fact("set aside", number(control.setAside())));
      facts.add(new Fact("open gaps", number(control.gaps())));
      facts.add(new Fact("writers alive", number(control.writers())));
    } else {
      facts.add(new Fact("journal", "no control schema"));
    }
    return facts;
  }

  private static Table table(WatchState state, TableDrift table) {
    boolean stale = state.away().isPresent();
    List<String> problems = new ArrayList<>();
    table.problem().ifPresent(problems::add);
    table.open().stream()
        .filter(WatchState.Part::withoutTime)
        .map(p -> "rows without a time: " + WatchMap.found(p))
        .forEach(problems::add);
    table.open().stream()
        .flatMap(p -> p.reason().stream())
        .distinct()
        .limit(3)
        .forEach(problems::add);
    String looked =
        table
            .lookedAt()
            .map(
                at ->
                    "last looked at "
                        + WatchMap.time(at)
                        + " UTC, took "
                        + seconds(table.took())
                        + " · "
                        + number(table.rows())
                        + " rows read"
                        + table
                            .oldest()
                            .map(o -> " · its oldest part at " + WatchMap.time(o) + " UTC")
                            .orElse(""))
            .orElse("not looked at yet");
    return new Table(
        table.table(),
        stale && tone(table) == Tone.GOOD ? Tone.UNKNOWN : tone(table),
        (stale && table.looked() ? "was: " : "") + word(table),
        stale,
        WatchMap.of(table, state.upTo().orElse(state.startedAt())),
        table.notTakenBack().map(note -> note.replace("`", "")),
        problems,
        looked);
  }

  private static String seconds(Duration took) {
    return String.format(Locale.ROOT, "%.1f s", took.toMillis() / 1000.0);
  }

  private static Tone tone(TableDrift table) {
    if (table.count(Status.DIFFERS) > 0) {
      return Tone.BAD;
    }
    return table.looked()
            && !table.outdated()
            && table.problem().isEmpty()
            && table.open().isEmpty()
        ? Tone.GOOD
        : Tone.UNKNOWN;
  }

  private static String word(TableDrift table) {
    if (table.count(Status.DIFFERS) > 0) {
      long rows = table.differing();
      return rows == 0 ? "differs" : number(rows) + (rows == 1 ? " row differs" : " rows differ");
    }
    if (table.problem().isPresent()) {
      return "cannot be compared";
    }
    if (!table.looked()) {
      return "not looked at yet";
    }
    if (table.count(Status.FAILED) + table.count(Status.SKIPPED) > 0) {
      return "not known";
    }
    if (table.outdated()) {
      return "looked at too long ago";
    }
    return table.open().isEmpty() ? "equal" : "not yet";
  }
}
