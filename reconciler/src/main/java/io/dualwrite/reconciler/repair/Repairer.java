package io.dualwrite.reconciler.repair;

import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.compare.BothSides;
import io.dualwrite.reconciler.compare.Comparer.Mirrored;
import io.dualwrite.reconciler.compare.LaneLocks;
import io.dualwrite.reconciler.compare.Outage;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.compare.Workers;
import io.dualwrite.reconciler.load.Throttle;
import io.dualwrite.reconciler.repair.TableRepairer.Pass;
import io.dualwrite.reconciler.window.Chunk;
import io.dualwrite.reconciler.window.SideReadException;
import io.dualwrite.reconciler.window.WindowPlan;
import io.dualwrite.reconciler.window.WindowPlanner;
import java.util.ArrayList;
import java.util.List;

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
  private final Progress progress;
  private final Outage outage;

  /** Finds what differs with that checksum. */
  public Repairer(
      Snapshots snapshots,
      LaneLocks locks,
      Checksum checksum,
      RepairOptions options,
      Throttle throttle,
      Progress progress) {
    this.snapshots = snapshots;
    this.locks = locks;
    this.checksum = checksum;
    this.options = options;
    this.throttle = throttle;
    this.progress = progress;
    this.outage = new Outage(snapshots);
  }

  /**
   * What the work came to.
   *
   * @param tables in the order of the work
   * @param stopped whether the limit of changes was reached
   */
  public record Work(List<Repair.TableRepair> tables, boolean stopped) {}

  /** Repairs these tables, given parents before children. */
  public Work repair(List<Mirrored> tables) {
    ChangeBudget budget = new ChangeBudget(options.maxChanges());
    try (Workers workers = new Workers(options.compare().parallelism())) {
      BothSides sides = new BothSides(snapshots, workers.reads());
      List<TableRepairer> repairers = new ArrayList<>();
      for (Mirrored mirrored : tables) {
        ComparedTable table =
            new ComparedTable(mirrored.table(), checksum, locks.context().primary());
        repairers.add(new TableRepairer(sides, locks, table, mirrored.lane(), budget));
      }
      if (options.deleteExtra()) {
        for (int i = repairers.size() - 1; i >= 0; i--) {
          run(repairers.get(i), Pass.DELETE, workers);
        }
      }
      repairers.forEach(r -> run(r, Pass.COPY, workers));
      return new Work(repairers.stream().map(TableRepairer::result).toList(), budget.exhausted());
    }
  }

  private void run(TableRepairer repairer, Pass pass, Workers workers) {
    String name = repairer.table().pair().name().toString();
    WindowPlan plan;
    try {
      outage.throwIfDown();
      WindowPlanner planner =
          new WindowPlanner(
              options.compare().window(), options.compare().from(), options.compare().to());
      plan =
          snapshots.onBoth(
              locks.context().secondary(),
              (source, target) -> planner.plan(repairer.table(), source, target));
    } catch (SideReadException e) {
      failed(repairer, e);
      return;
    }
    progress.begin(name, plan.windows());
    List<Runnable> tasks = new ArrayList<>();
    if (!repairer.table().hasKey()) {
      tasks.add(() -> guarded(repairer, () -> replace(repairer, plan, pass)));
    } else {
      for (Chunk chunk : plan.chunks()) {
        tasks.add(
            () ->
                guarded(
                    repairer,
                    () ->
                        progress.advance(
                            name, chunk.windows().size(), repair(repairer, chunk, pass))));
      }
    }
    workers.runAll(tasks);
    progress.end(name);
  }

  private long repair(TableRepairer repairer, Chunk chunk, Pass pass) {
    try (Throttle.Turn turn = throttle.turn()) {
      long rows = repairer.repair(chunk, pass);
      turn.rows(rows);
      return rows;
    }
  }

  private void replace(TableRepairer repairer, WindowPlan plan, Pass pass) {
    if (pass == Pass.COPY) {
      repairer.replace(plan.chunks(), options.deleteExtra());
    }
  }

  private void guarded(TableRepairer repairer, Runnable work) {
    try {
      outage.throwIfDown();
      work.run();
    } catch (SideReadException e) {
      failed(repairer, e);
    }
  }

  private void failed(TableRepairer repairer, SideReadException e) {
    repairer.problem(outage.problem(e));
  }
}
