package io.dualwrite.reconciler.compare;

import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.Refused;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.load.Throttle;
import io.dualwrite.reconciler.window.Chunk;
import io.dualwrite.reconciler.window.Part;
import io.dualwrite.reconciler.window.PlanText;
import io.dualwrite.reconciler.window.SideReadException;
import io.dualwrite.reconciler.window.TimeRange;
import io.dualwrite.reconciler.window.Window;
import io.dualwrite.reconciler.window.WindowPlan;
import io.dualwrite.reconciler.window.WindowPlanner;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Compares tables window by window. What cannot be read is never taken for data: its windows are
 * failed, and the comparison is not in sync (guarantee G10).
 */
public final class Comparer {
  /** Before the first window of a plan. */
  private static final int NOT_READ = -1;

  private static final int ALTERED = -2;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

  private final Snapshots snapshots;
  private final LaneLocks locks;
  private final Checksum checksum;
  private final CompareOptions options;
  private final Throttle throttle;
  private final Keeping keeping;
  private final Progress progress;
  private final Clock clock;
  private final Outage outage;
  private final AtomicLong planned = new AtomicLong();

  /** Compares with that checksum, which both servers compute alike. */
  public Comparer(
      Snapshots snapshots,
      LaneLocks locks,
      Checksum checksum,
      CompareOptions options,
      Throttle throttle,
      Keeping keeping,
      Progress progress,
      Clock clock) {
    this.snapshots = snapshots;
    this.locks = locks;
    this.checksum = checksum;
    this.options = options;
    this.throttle = throttle;
    this.keeping = keeping;
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
          new TableComparison(
              table.table(), List.of(skipped), List.of(), false, List.of(), List.of()));
    }
    try (Workers workers = new Workers(options.parallelism())) {
      BothSides sides = new BothSides(snapshots, workers.reads());
      List<Table> begun = new ArrayList<>();
      for (Mirrored mirrored : tables) {
        ComparedTable compared =
            new ComparedTable(mirrored.table(), checksum, locks.context().primary());
        Table table =
            new Table(
                new TableComparer(sides, locks, compared, mirrored.lane(), keeping),
                new ArrayList<>());
        begun.add(table);
        compare(table, workers);
      }
      waitForDeliveries(begun);
      begun.forEach(Comparer::confirm);
      begun.forEach(t -> results.add(t.result(options.maxDifferences())));
    }
    return new Comparison(
        migration,
        startedAt,
        Duration.between(startedAt, clock.instant()),
        checksum,
        options.complete(),
        results,
        Kept.NOTHING,
        options.sample().isPresent() ? OptionalLong.of(planned.get()) : OptionalLong.empty(),
        keeping.again().isPresent());
  }

  private record Table(TableComparer comparer, List<String> notes) {
    String name() {
      return comparer.table().pair().name().toString();
    }

    TableComparison result(int maxDifferences) {
      List<String> all = new ArrayList<>(comparer.table().conversions());
      comparer.table().tolerances().ifPresent(all::add);
      all.addAll(notes);
      all.addAll(comparer.keeping().notes());
      return comparer
          .tally()
          .result(name(), maxDifferences, all, comparer.keeping().notReadAgain());
    }
  }

  private void compare(Table table, Workers workers) {
    List<Part> parts;
    try {
      outage.throwIfDown();
      parts = parts(table);
    } catch (SideReadException e) {
      String problem = outage.problem(e);
      table
          .comparer()
          .tally()
          .put(0, WindowResult.without(Window.all(), Status.FAILED, problem), List.of());
      return;
    }
    List<Runnable> tasks = new ArrayList<>();
    for (Part part : parts) {
      tasks.add(() -> compare(table, part));
    }
    workers.runAll(tasks);
    if (!table.comparer().isWaiting()) {
      end(table);
    }
    progress.end(table.name());
  }

  /** What is to be read: all of the table's plan, or what an interruption has left of it. */
  private List<Part> parts(Table table) {
    ComparedTable compared = table.comparer().table();
    TableKeeping kept = table.comparer().keeping();
    WindowPlanner planner =
        new WindowPlanner(options.window(), options.from(), options.to())
            .withoutTime(options.withoutTime());
    if (kept.isAgain()) {
      return again(table, kept, planner);
    }
    Optional<TableKeeping.Left> left = kept.left();
    if (left.isPresent()) {
      table.comparer().restore(left.get().finished());
      table.notes().addAll(left.get().plan().notes());
      progress.begin(table.name(), left.get().plan().windows().size());
      progress.advance(table.name(), left.get().finished().size(), 0);
      return planner.rest(compared, left.get().plan(), left.get().numbers());
    }
    Optional<Instant> verified = kept.verified(() -> oldestPending(compared.pair()));
    WindowPlan plan =
        snapshots
            .of(compared.pair())
            .onBoth(
                locks.context().secondary(),
                (source, target) -> planner.after(verified).plan(compared, source, target));
    kept.begin(planner.after(verified).text(plan));
    table.notes().addAll(plan.notes());
    return options
        .sample()
        .map(s -> sampled(table, planner, plan, s))
        .orElseGet(() -> all(table, plan));
  }

  private List<Part> all(Table table, WindowPlan plan) {
    progress.begin(table.name(), plan.windows());
    return plan.parts();
  }

  private List<Part> sampled(Table table, WindowPlanner planner, WindowPlan plan, Sample sample) {
    Set<Integer> leftOut = sample.leftOut(plan.windows(), new Random());
    List<Part> parts =
        planner.rest(table.comparer().table(), PlanText.of(plan, Optional.empty()), leftOut);
    // Windows that one query can only read together are all looked at.
    int windows = parts.stream().mapToInt(p -> p.chunk().windows().size()).sum();
    planned.addAndGet(plan.windows());
    table.notes().add("sample: " + windows + " of " + plan.windows() + " windows");
    progress.begin(table.name(), windows);
    return parts;
  }

  private List<Part> again(Table table, TableKeeping kept, WindowPlanner planner) {
    Optional<Again.Left> left = kept.again();
    if (left.isEmpty()) {
      String reason =
          "no comparison of the whole table is kept, or its form, its settings or the checksum have changed since: compare it first";
      table
          .comparer()
          .tally()
          .put(0, WindowResult.without(Window.all(), Status.FAILED, reason), List.of());
      return List.of();
    }
    progress.begin(table.name(), left.get().windows().size());
    return planner.rest(table.comparer().table(), left.get().plan(), left.get().others());
  }

  private Optional<Instant> oldestPending(TablePair table) {
    return snapshots.on(locks.context().primary(), c -> locks.oldestPending(c, table));
  }

  private void end(Table table) {
    confirm(table);
    TableTally tally = table.comparer().tally();
    if (tally.results().values().stream().noneMatch(r -> r.status() == Status.FAILED)) {
      try {
        Definitions.check(snapshots, table.comparer().table().pair());
      } catch (SideReadException e) {
        tally.put(
            ALTERED,
            WindowResult.without(Window.all(), Status.FAILED, outage.problem(e)),
            List.of());
        return;
      }
    }
    table
        .comparer()
        .keeping()
        .end(table.comparer().tally().results(), TimeRange.of(options.from(), options.to()));
  }

  /** What was not read because it was verified before must still be so. */
  private static void confirm(Table table) {
    table
        .comparer()
        .keeping()
        .takenBack()
        .ifPresent(before -> table.comparer().tally().put(NOT_READ, before, List.of()));
  }

  private void compare(Table table, Part part) {
    Chunk chunk = part.chunk();
    long rows = 0;
    try (Throttle.Turn turn = throttle.turn()) {
      outage.throwIfDown();
      rows = table.comparer().compare(chunk, part.first());
      turn.rows(rows);
    } catch (SideReadException e) {
      table.comparer().failed(chunk, part.first(), outage.problem(e));
    }
    progress.advance(table.name(), chunk.windows().size(), rows);
  }

  /** Windows with rows on their way are looked at again, until patience ends. */
  private void waitForDeliveries(List<Table> tables) {
    List<Table> waited = tables.stream().filter(t -> t.comparer().isWaiting()).toList();
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
    waited.forEach(this::end);
  }
}
