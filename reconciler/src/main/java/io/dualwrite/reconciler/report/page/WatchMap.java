package io.dualwrite.reconciler.report.page;

import static io.dualwrite.reconciler.report.page.ComparedTablePart.number;

import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.report.page.HeatMap.Cell;
import io.dualwrite.reconciler.watch.WatchState;
import io.dualwrite.reconciler.watch.WatchState.Part;
import io.dualwrite.reconciler.watch.WatchState.TableDrift;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** A watched table by time: each cell is an equal share of it. */
final class WatchMap {
  private static final int CELLS = 144;
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private WatchMap() {}

  /** Of a table whose comparable rows end at {@code upTo}. */
  static HeatMap of(TableDrift table, Instant upTo) {
    Instant first = table.first().filter(f -> f.isBefore(upTo)).orElse(upTo);
    Duration share = Duration.between(first, upTo).dividedBy(CELLS);
    if (!table.timed() || share.toMillis() < 1) {
      Cell whole =
          cell(
              table, Instant.MIN, Instant.MAX, table.timed() ? "all rows with a time" : "all rows");
      return new HeatMap(List.of(whole), whole.title(), "all rows", "", "");
    }
    List<Cell> cells = new ArrayList<>();
    for (int i = 0; i < CELLS; i++) {
      Instant from = i == 0 ? Instant.MIN : first.plus(share.multipliedBy(i));
      Instant to = i == CELLS - 1 ? Instant.MAX : first.plus(share.multipliedBy(i + 1L));
      cells.add(cell(table, from, to, MINUTE.format(first.plus(share.multipliedBy(i)))));
    }
    return new HeatMap(
        List.copyOf(cells),
        number(table.count(Status.DIFFERS)) + " parts differ",
        MINUTE.format(first),
        MINUTE.format(upTo),
        "each cell is " + length(share));
  }

  private static Cell cell(TableDrift table, Instant from, Instant to, String label) {
    Optional<Part> worst = Optional.empty();
    for (Status status : HeatMap.WORST) {
      worst =
          worst.or(
              () ->
                  table.open().stream()
                      .filter(p -> p.status() == status && overlaps(p, from, to))
                      .findFirst());
    }
    if (worst.isPresent()) {
      Status status = worst.get().status();
      return new Cell(
          HeatMap.style(status), HeatMap.sign(status), label + ": " + found(worst.get()));
    }
    if (table.problem().isPresent()) {
      return new Cell(
          HeatMap.style(Status.SKIPPED),
          HeatMap.sign(Status.SKIPPED),
          label + ": cannot be compared");
    }
    return table.looked() && seen(table, from, to).noneMatch(WatchState.Seen::outdated)
        ? new Cell("e", "", label + ": equal" + lookedAt(table, from, to))
        : new Cell("u", "", label + ": not looked at yet" + lookedAt(table, from, to));
  }

  private static Stream<WatchState.Seen> seen(TableDrift table, Instant from, Instant to) {
    return table.seen().stream()
        .filter(
            s ->
                s.from().orElse(Instant.MIN).isBefore(to)
                    && s.to().orElse(Instant.MAX).isAfter(from));
  }

  private static String lookedAt(TableDrift table, Instant from, Instant to) {
    return seen(table, from, to)
        .map(WatchState.Seen::at)
        .min(Comparator.naturalOrder())
        .map(at -> ", last at " + MINUTE.format(at))
        .orElse("");
  }

  /** What was found in a part, and since when. */
  static String found(Part part) {
    return HeatMap.word(part.status())
        + " since "
        + MINUTE.format(part.since())
        + part.reason().map(r -> ", " + r).orElse("");
  }

  private static boolean overlaps(Part part, Instant from, Instant to) {
    return !part.withoutTime()
        && part.from().orElse(Instant.MIN).isBefore(to)
        && part.to().orElse(Instant.MAX).isAfter(from);
  }

  private static String length(Duration share) {
    if (share.toHours() >= 48) {
      return share.toDays() + " days";
    }
    return share.toMinutes() >= 120
        ? share.toHours() + " hours"
        : share.toSeconds() >= 120 ? share.toMinutes() + " minutes" : share.toSeconds() + " s";
  }

  static String time(Instant at) {
    return MINUTE.format(at);
  }
}
