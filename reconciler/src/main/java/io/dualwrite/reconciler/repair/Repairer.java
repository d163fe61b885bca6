package io.dualwrite.reconciler.repair;

import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.compare.Again;
import io.dualwrite.reconciler.compare.BothSides;
import io.dualwrite.reconciler.compare.Comparer.Mirrored;
import io.dualwrite.reconciler.compare.Keeping;
import io.dualwrite.reconciler.compare.LaneLocks;
import io.dualwrite.reconciler.compare.Outage;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.compare.TableKeeping;
import io.dualwrite.reconciler.compare.Workers;
import io.dualwrite.reconciler.load.Throttle;
import io.dualwrite.reconciler.repair.TableRepairer.Pass;
import io.dualwrite.reconciler.state.KeptWindow;
import io.dualwrite.reconciler.window.Part;
import io.dualwrite.reconciler.window.SideReadException;
import io.dualwrite.reconciler.window.WindowPlan;
import io.dualwrite.reconciler.window.WindowPlanner;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Repairs tables: what the target must lose first, children before parents; then what it lacks or
 * has wrong, parents before children.
 */
public final class Repairer {
  private final Snapshots snapshots;
  private final LaneLocks locks;
  private final Checksum checksum;
  private final RepairOptions options;
  private final Throttle throttle;
  private final Keeping keeping;
  private final Progress progress;
  private final Outage outage;
  private volatile boolean failed;

  /** Finds what differs with that checksum. */
  public Repairer(
      Snapshots snapshots,
      LaneLocks locks,
      Checksum checksum,
      RepairOptions options,
      Throttle throttle,
      Keeping keeping,
      Progress progress) {
    this.snapshots = snapshots;
    this.locks = locks;
    this.checksum = checksum;
    this.options = options;
    this.throttle = throttle;
    this.keeping = keeping;
    this.progress = progress;
    this.outage = new Outage(snapshots);
  }

  /**
   * What the work came to.
   *
   * @param tables in the order of the work
   * @param stopped whether the limit of changes was reached
   * @param failed whether some windows could not be worked on
   */
  public record Work(List<Repair.TableRepair> tables, boolean stopped, boolean failed) {}

  /** Repairs these tables, given parents before children. */
  public Work repair(List<Mirrored> tables) {
    return repair(tables, this::run);
  }

  /** The same where the last comparison of each has found differences, and nothing else. */
  public Work repairAgain(List<Mirrored> tables, Again again) {
    return repair(tables, (repairer, pass, workers) -> runAgain(repairer, pass, workers, again));
  }

  private interface Run {
    void of(TableRepairer repairer, Pass pass, Workers workers);
  }

  private Work repair(List<Mirrored> tables, Run run) {
    RepairScope scope = new RepairScope(options, tables.stream().map(this::compared).toList());
    try (Workers workers = new Workers(options.compare().parallelism())) {
      BothSides sides = new BothSides(snapshots, workers.reads());
      List<TableRepairer> repairers = new ArrayList<>();
      for (Mirrored mirrored : tables) {
        repairers.add(new TableRepairer(sides, locks, compared(mirrored), mirrored.lane(), scope));
      }
      if (options.deleteExtra()) {
        for (int i = repairers.size() - 1; i >= 0; i--) {
          run.of(repairers.get(i), Pass.DELETE, workers);
        }
      }
      repairers.forEach(r -> run.of(r, Pass.COPY, workers));
      return new Work(scope.result(), scope.budget().refused(), failed);
    }
  }

  private ComparedTable compared(Mirrored mirrored) {
    return new ComparedTable(mirrored.table(), checksum, locks.context().primary());
  }

  private WindowPlanner planner() {
    return new WindowPlanner(
        options.compare().window(), options.compare().from(), options.compare().to());
  }

  private void run(TableRepairer repairer, Pass pass, Workers workers) {
    ComparedTable table = repairer.table();
    String name = table.pair().name().toString();
    if (!table.hasKey()) {
      guarded(repairer, () -> replace(repairer, pass));
      return;
    }
    TableKeeping kept = kept(table, pass);
    List<KeptWindow> before = new ArrayList<>();
    List<Part> parts = new ArrayList<>();
    guarded(repairer, () -> parts.addAll(parts(repairer, kept, before)));
    List<Runnable> tasks = new ArrayList<>();
    for (Part part : parts) {
      ChunkMark mark = new ChunkMark(kept, part, before);
      tasks.add(() -> guarded(repairer, () -> work(name, repairer, part, pass, Optional.of(mark))));
    }
    if (!parts.isEmpty()) {
      keeping.compareAnew();
    }
    workers.runAll(tasks);
    progress.end(name);
  }

  private TableKeeping kept(ComparedTable table, Pass pass) {
    return keeping.pass(step(pass), table);
  }

  private static String step(Pass pass) {
    return pass == Pass.DELETE ? "delete extra" : "copy";
  }

  /** What is to be worked on: all of the table's plan, or what an interruption has left of it. */
  private List<Part> parts(TableRepairer repairer, TableKeeping kept, List<KeptWindow> before) {
    ComparedTable table = repairer.table();
    String name = table.pair().name().toString();
    Optional<TableKeeping.Left> left = kept.left();
    if (left.isPresent()) {
      before.addAll(left.get().all());
      repairer.restore(before);
      progress.begin(name, left.get().plan().windows().size());
      progress.advance(name, left.get().finished().size(), 0);
      return planner().rest(table, left.get().plan(), left.get().numbers());
    }
    WindowPlan plan = plan(table);
    kept.begin(planner().text(plan));
    progress.begin(name, plan.windows());
    return plan.parts();
  }

  private WindowPlan plan(ComparedTable table) {
    return snapshots
        .of(table.pair())
        .onBoth(
            locks.context().secondary(), (source, target) -> planner().plan(table, source, target));
  }

  private void work(
      String name, TableRepairer repairer, Part part, Pass pass, Optional<ChunkMark> mark) {
    long rows;
    try (Throttle.Turn turn = throttle.turn()) {
      rows = repairer.repair(part, pass, mark);
      turn.rows(rows);
    }
    progress.advance(name, part.chunk().windows().size(), rows);
  }

  private void runAgain(TableRepairer repairer, Pass pass, Workers workers, Again again) {
    String name = repairer.table().pair().name().toString();
    List<Runnable> tasks = new ArrayList<>();
    guarded(repairer, () -> tasks.addAll(tasksAgain(repairer, pass, again)));
    progress.begin(name, tasks.size());
    workers.runAll(tasks);
    progress.end(name);
  }

  /** Rows that are known by their keys, and windows where they are not. */
  private List<Runnable> tasksAgain(TableRepairer repairer, Pass pass, Again again) {
    ComparedTable table = repairer.table();
    String name = table.pair().name().toString();
    Optional<Again.Left> left;
    try {
      left = again.of(table);
    } catch (SQLException e) {
      throw new SideReadException(locks.context().secondary(), e);
    }
    if (left.isEmpty() || left.get().windows().isEmpty()) {
      return List.of();
    }
    if (!table.hasKey()) {
      return List.of(() -> guarded(repairer, () -> replace(repairer, pass)));
    }
    List<RowKey> keys = new ArrayList<>();
    Set<Integer> unlisted = new TreeSet<>();
    for (KeptWindow window : left.get().windows()) {
      boolean keyed = window.differences().stream().noneMatch(d -> d.key().isEmpty());
      if (window.result() == KeptWindow.Result.DIFFERS && window.listed() && keyed) {
        window.differences().forEach(d -> keys.add(new RowKey(d.key())));
      } else {
        unlisted.add(window.number());
      }
    }
    Set<Integer> others =
        IntStream.range(0, left.get().run().windows())
            .filter(n -> !unlisted.contains(n))
            .boxed()
            .collect(Collectors.toSet());
    TableKeeping kept = keeping.pass(step(pass), table);
    kept.goesBy(left.get().plan());
    List<Runnable> tasks = new ArrayList<>();
    tasks.add(() -> guarded(repairer, () -> repairer.repair(keys, pass)));
    for (Part part : planner().rest(table, left.get().plan(), others)) {
      ChunkMark mark = new ChunkMark(kept, part, List.of());
      tasks.add(() -> guarded(repairer, () -> work(name, repairer, part, pass, Optional.of(mark))));
    }
    return tasks;
  }

  private void replace(TableRepairer repairer, Pass pass) {
    if (pass == Pass.COPY) {
      boolean part = options.isPartOf(repairer.table());
      repairer.replace(
          plan(repairer.table()).chunks(),
          part,
          options.deleteExtra(),
          kept(repairer.table(), pass)::differs);
    }
  }

  private void guarded(TableRepairer repairer, Runnable work) {
    try {
      outage.throwIfDown();
      work.run();
    } catch (SideReadException e) {
      failed = true;
      repairer.problem(outage.problem(e));
    }
  }
}
