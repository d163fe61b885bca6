package io.dualwrite.reconciler.watch;

import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.Kept;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.window.Window;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Two databases with hours that are equal unless a test says otherwise, and no databases at all.
 */
final class FakeLooks implements Looks {
  final Instant first;
  final List<WatchedTable> tables = new ArrayList<>();
  final Map<Instant, Status> hours = new TreeMap<>();
  final Map<String, Map<Instant, Status>> ofTable = new TreeMap<>();
  final Map<String, Known> known = new TreeMap<>();
  final List<String> asked = new ArrayList<>();
  final SortedMap<String, String> notTakenBack = new TreeMap<>();
  Optional<String> away = Optional.empty();
  Runnable lookTakes = () -> {};
  String servers = "started once";
  int failingPlans;
  int opened;
  int closed;

  FakeLooks(Instant first) {
    this.first = first;
  }

  Looks open() {
    throwIfAway();
    opened++;
    return this;
  }

  private void throwIfAway() {
    if (away.isPresent()) {
      throw new CannotLookException(away.get(), new IllegalStateException("away"));
    }
  }

  @Override
  public String servers() {
    throwIfAway();
    return servers;
  }

  @Override
  public Map<String, Known> known() {
    throwIfAway();
    return known;
  }

  @Override
  public List<WatchedTable> tables() {
    throwIfAway();
    return List.copyOf(tables);
  }

  @Override
  public Optional<Migration> migration() {
    throwIfAway();
    return Optional.of(new Migration("SOURCE_PRIMARY", false, 3, 0.5, 0, 0, 1));
  }

  @Override
  public Comparison compare(
      List<String> names,
      Optional<Instant> from,
      Optional<Instant> to,
      boolean withoutTime,
      boolean keep) {
    throwIfAway();
    lookTakes.run();
    asked.add(
        String.join("+", names)
            + " "
            + from.map(Instant::toString).orElse("")
            + ".."
            + to.map(Instant::toString).orElse("")
            + (withoutTime && from.isPresent() ? " and without" : "")
            + (keep ? " kept" : ""));
    List<TableComparison> results = new ArrayList<>();
    for (String name : names) {
      if (failingPlans > 0) {
        failingPlans--;
        results.add(failed(name));
        continue;
      }
      List<WindowResult> windows = new ArrayList<>();
      List<Difference> differences = new ArrayList<>();
      Instant end = to.orElse(first.plus(Duration.ofHours(1)));
      for (Instant hour = from.orElse(first).truncatedTo(ChronoUnit.HOURS);
          hour.isBefore(end);
          hour = hour.plusSeconds(3600)) {
        Status status = ofTable.getOrDefault(name, hours).getOrDefault(hour, Status.EQUAL);
        boolean differs = status == Status.DIFFERS;
        Window window =
            new Window(
                Window.Kind.TIME,
                hour.toString(),
                hour.plusSeconds(3600).toString(),
                hour.toString());
        windows.add(
            new WindowResult(
                window,
                status,
                10,
                10,
                differs ? 1 : 0,
                0,
                0,
                status == Status.FAILED ? Optional.of("target: gone") : Optional.empty()));
        if (differs) {
          differences.add(
              new Difference(
                  Difference.Kind.MISSING, Map.of("id", hour.toString()), List.of(), window, 1));
        }
      }
      results.add(new TableComparison(name, windows, differences, false, List.of(), List.of()));
    }
    return new Comparison(
        "m",
        first,
        Duration.ZERO,
        Checksum.SEND,
        false,
        results,
        new Kept(OptionalLong.empty(), List.of(), notTakenBack),
        OptionalLong.empty(),
        false);
  }

  private static TableComparison failed(String table) {
    WindowResult nothing =
        new WindowResult(
            Window.all(), Status.FAILED, 0, 0, 0, 0, 0, Optional.of("target: gone while planning"));
    return new TableComparison(table, List.of(nothing), List.of(), false, List.of(), List.of());
  }

  @Override
  public void close() {
    closed++;
  }
}
