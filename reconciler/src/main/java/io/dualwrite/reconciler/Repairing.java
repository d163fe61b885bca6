package io.dualwrite.reconciler;

import io.dualwrite.Side;
import io.dualwrite.reconciler.ReconcilerException.Kind;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.compare.Again;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Comparer.Mirrored;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Keeping;
import io.dualwrite.reconciler.compare.KeptUse;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.load.Throttle;
import io.dualwrite.reconciler.repair.OutsideCascades;
import io.dualwrite.reconciler.repair.PlannedRows;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.reconciler.repair.RepairPlan;
import io.dualwrite.reconciler.repair.Repairer;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** The repairs of this migration, each with the comparison behind it. */
record Repairing(Comparing comparing) {
  /** More rows of a table than a comparison looks at one by one. */
  private static final int LOOKED_AT = 200_000;

  Repair repair(RepairOptions options, Progress progress) {
    Scene scene = scene(options);
    return options.fromLast()
        ? repairAgain(options, progress, scene)
        : repair(options, progress, scene);
  }

  /** What it would do, with nothing left out that it would look at. */
  RepairPlan plan(RepairOptions options, Progress progress) {
    if (options.compare().kept().resumes()) {
      throw new IllegalArgumentException(
          "a dry run goes on with nothing and keeps nothing: --resume does not go with --dry-run");
    }
    Scene scene = scene(options);
    int listed = options.compare().maxDifferences();
    CompareOptions all =
        options
            .compare()
            .maxDifferences(Math.max(listed, LOOKED_AT))
            .kept(new KeptUse(false, true));
    Comparison found =
        options.fromLast() ? comparing.glanceAgain(all, progress) : comparing.glance(all, progress);
    Map<String, RepairPlan.Keyless> keyless = new HashMap<>();
    for (ComparedTable table : scene.compared()) {
      String name = table.pair().name().toString();
      if (!table.hasKey() && found.tables().stream().anyMatch(t -> differs(t, name))) {
        keyless.put(
            name,
            new RepairPlan.Keyless(
                rows(table, Side.SOURCE),
                rows(table, Side.TARGET),
                options.isPartOf(table),
                comparing
                    .databases()
                    .on(Side.TARGET, c -> OutsideCascades.ofReplacement(c, table))));
      }
    }
    RepairPlan plan =
        RepairPlan.of(
            found,
            options,
            keyless,
            undeletable(options, scene, found),
            new PlannedRows(scene.locks(), scene.tables(), found, isWhole(options, scene)));
    return new RepairPlan(found.listing(listed), plan.tables(), plan.stopped());
  }

  private static Predicate<String> isWhole(RepairOptions options, Scene scene) {
    return name ->
        scene.compared().stream()
            .anyMatch(t -> t.pair().name().toString().equals(name) && !options.isPartOf(t));
  }

  private Map<String, String> undeletable(RepairOptions options, Scene scene, Comparison found) {
    Map<String, String> problems = new HashMap<>();
    for (Mirrored mirrored : scene.tables()) {
      String name = mirrored.table().name().toString();
      if (options.deleteExtra()
          && found.tables().stream().anyMatch(t -> t.table().equals(name) && t.extra() > 0)) {
        ComparedTable table = new ComparedTable(mirrored.table(), scene.checksum(), Side.SOURCE);
        comparing
            .databases()
            .on(Side.TARGET, c -> OutsideCascades.problem(c, table, mirrored.lane()))
            .ifPresent(p -> problems.put(name, p));
      }
    }
    return problems;
  }

  private static boolean differs(TableComparison table, String name) {
    return table.table().equals(name)
        && table.count(Status.DIFFERS) + table.count(Status.NOT_YET) > 0;
  }

  private long rows(ComparedTable table, Side side) {
    return comparing
        .databases()
        .of(table.pair())
        .on(
            side,
            c -> {
              try (Statement statement = c.createStatement();
                  ResultSet row =
                      statement.executeQuery("select count(*) from " + table.from(side))) {
                row.next();
                return row.getLong(1);
              }
            });
  }

  private Scene scene(RepairOptions options) {
    Scene scene = comparing.scenes().scene(options.compare());
    if (scene.primary() == Side.TARGET) {
      throw new ReconcilerException(
          Kind.USAGE,
          "repair copies from the source to the target, and the target is primary: its rows are the newer ones. Nothing was changed.");
    }
    return scene;
  }

  private Repair repair(RepairOptions options, Progress progress, Scene scene) {
    CompareOptions compare = options.compare().tables(scene.wanted());
    RunOpening.Opened run =
        comparing
            .runs()
            .open(
                "repair",
                new RepairOptions(compare, options.deleteExtra(), false, options.maxChanges())
                    .settings(),
                compare.kept(),
                false,
                scene.primary());
    try (Keeping keeping = run.keeping()) {
      Repairer.Work work = work(options, progress, scene, keeping, r -> r.repair(scene.tables()));
      GapMarks gaps = comparing.gaps(scene);
      gaps.endReleased();
      Instant started = comparing.control().now(scene.primary()).minus(run.age());
      Comparison after = comparing.compare(options.compare(), progress, scene, keeping);
      int reconciled = gaps.reconcile(after, started);
      boolean finished = !work.stopped() && !work.failed() && !after.unfinished();
      keeping.end(finished, after.inSync() ? "in sync" : "not in sync");
      return new Repair(
          work.tables(), work.stopped(), reconciled, after.with(gaps.and(keeping.kept())));
    }
  }

  private Repair repairAgain(RepairOptions options, Progress progress, Scene scene) {
    Again again = comparing.runs().again();
    Keeping keeping = Keeping.again(again);
    Repairer.Work work =
        work(options, progress, scene, keeping, r -> r.repairAgain(scene.tables(), again));
    Comparison after = comparing.compare(options.compare(), progress, scene, keeping);
    return new Repair(work.tables(), work.stopped(), 0, after.with(keeping.kept()));
  }

  private Repairer.Work work(
      RepairOptions options,
      Progress progress,
      Scene scene,
      Keeping keeping,
      Function<Repairer, Repairer.Work> repair) {
    try (Throttle throttle = comparing.throttle(options.compare(), progress)) {
      return repair.apply(
          new Repairer(
              comparing.limited(options.compare()),
              scene.locks(),
              scene.checksum(),
              options,
              throttle,
              keeping,
              progress));
    }
  }
}
