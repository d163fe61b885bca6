package io.dualwrite.reconciler.compare;

import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.Refused;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.load.Throttle;
import io.dualwrite.reconciler.window.Chunk;
import io.dualwrite.reconciler.window.SideReadException;
import io.dualwrite.reconciler.window.Window;
import io.dualwrite.reconciler.window.WindowPlan;
import io.dualwrite.reconciler.window.WindowPlanner;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Compares tables window by window. What cannot be read is never taken for data: its windows are
 * failed, and the comparison is not in sync (guarantee G10).
 */
public final class Comparer {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

  private final Snapshots snapshots;
  private final LaneLocks locks;
  private final Checksum checksum;
  private final CompareOptions options;
  private final Throttle throttle;
  private final Progress progress;
  private final Clock clock;
  private final Outage outage;

  /** Compares with that checksum, which both servers compute alike. */
  public Comparer(
      Snapshots snapshots,
      LaneLocks locks,
      Checksum checksum,
      CompareOptions options,
      Throttle throttle,
      Progress progress,
      Clock clock) {
    this.snapshots = snapshots;
    this.locks = locks;
    this.checksum = checksum;
    this.options = options;
    this.throttle = throttle;
    this.progress = progress;
    this.clock = clock;
    this.outage = new Outage(snapshots);
  }

  /** A mirrored table and the lane whose lock protects it. */
  public record Mirrored(TablePair table, Lane lane) {}

  /**
   * Compares these tables one after the other, each with several windows at once; {@code refused}
   * ones are reported as skipped.
   */
  public Comparison compare(String migration, List<Mirrored> tables, List<Refused> refused) {
    Instant startedAt = clock.instant();
    List<TableComparison> results = new ArrayList<>();
    for (Refused table : refused) {
      WindowResult skipped =
          WindowResult.without(Window.all(), Status.SKIPPED, table.explanation());
      results.add(
          new TableComparison(table.table(), List.of(skipped), List.of(), false, List.of()));
    }
    try (Workers workers = new Workers(options.parallelism())) {
      BothSides sides = new BothSides(snapshots, workers.reads());
      List<Table> begun = new ArrayList<>();
      for (Mirrored mirrored : tables) {
        ComparedTable compared =
            new ComparedTable(mirrored.table(), checksum, locks.context().primary());
        Table table =
            new Table(
                new TableComparer(sides, locks, compared, mirrored.lane()), new ArrayList<>());
        begun.add(table);
        compare(table, workers);
      }
      waitForDeliveries(begun);
      begun.forEach(t -> results.add(t.result(options.maxDifferences())));
    }
    return new Comparison(
        migration,
        startedAt,
        Duration.between(startedAt, clock.instant()),
        checksum,
        options.complete(),
        results);
  }

  private record Table(TableComparer comparer, List<String> notes) {
    String name() {
      return comparer.table().pair().name().toString();
    }

    TableComparison result(int maxDifferences) {
      List<String> all = new ArrayList<>(comparer.table().conversions());
      all.addAll(notes);
      return comparer.tally().result(name(), maxDifferences, all);
    }
  }

  private void compare(Table table, Workers workers) {
    WindowPlan plan;
    try {
      outage.throwIfDown();
      WindowPlanner planner = new WindowPlanner(options.window(), options.from(), options.to());
      plan =
          snapshots.onBoth(
              locks.context().secondary(),
              (source, target) -> planner.plan(table.comparer().table(), source, target));
    } catch (SideReadException e) {
      String problem = outage.problem(e);
      table
          .comparer()
          .tally()
          .put(0, WindowResult.without(Window.all(), Status.FAILED, problem), List.of());
      return;
    }
    table.notes().addAll(plan.notes());
    progress.begin(table.name(), plan.windows());
    List<Runnable> tasks = new ArrayList<>();
    int number = 0;
    for (Chunk chunk : plan.chunks()) {
      int first = number;
      tasks.add(() -> compare(table, chunk, first));
      number += chunk.windows().size();
    }
    workers.runAll(tasks);
    progress.end(table.name());
  }

  private void compare(Table table, Chunk chunk, int first) {
    long rows = 0;
    try (Throttle.Turn turn = throttle.turn()) {
      outage.throwIfDown();
      rows = table.comparer().compare(chunk, first);
      turn.rows(rows);
    } catch (SideReadException e) {
      String problem = outage.problem(e);
      for (int w = 0; w < chunk.windows().size(); w++) {
        WindowResult result = WindowResult.without(chunk.windows().get(w), Status.FAILED, problem);
        table.comparer().tally().put(first + w, result, List.of());
      }
    }
    progress.advance(table.name(), chunk.windows().size(), rows);
  }

  /** Windows with rows on their way are looked at again, until patience ends. */
  private void waitForDeliveries(List<Table> tables) {
    Instant deadline = clock.instant().plus(options.patience());
    Duration pause = FIRST_PAUSE;
    while (tables.stream().anyMatch(t -> t.comparer().isWaiting())
        && clock.instant().isBefore(deadline)) {
      LockSupport.parkNanos(pause.toNanos());
      tables.stream()
          .map(Table::comparer)
          .filter(TableComparer::isWaiting)
          .forEach(t -> t.lookAgain(outage));
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
    }
  }
}
