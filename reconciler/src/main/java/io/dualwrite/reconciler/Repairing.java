package io.dualwrite.reconciler;

import io.dualwrite.Side;
import io.dualwrite.reconciler.ReconcilerException.Kind;
import io.dualwrite.reconciler.compare.Again;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Keeping;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.load.Throttle;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.reconciler.repair.Repairer;
import java.time.Instant;
import java.util.function.Function;

/** The repairs of this migration, each with the comparison behind it. */
record Repairing(Comparing comparing) {

  Repair repair(RepairOptions options, Progress progress) {
    Scene scene = comparing.scenes().scene(options.compare());
    if (scene.primary() == Side.TARGET) {
      throw new ReconcilerException(
          Kind.USAGE,
          "repair copies from the source to the target, and the target is primary: its rows are the newer ones. Nothing was changed.");
    }
    return options.fromLast()
        ? repairAgain(options, progress, scene)
        : repair(options, progress, scene);
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
      comparing.control().endReleasedGaps(scene.primary());
      Instant started = comparing.control().now(scene.primary()).minus(run.age());
      Comparison after = comparing.compare(options.compare(), progress, scene, keeping);
      int gaps = comparing.reconcileGaps(scene, started, after);
      boolean finished = !work.stopped() && !work.failed() && !after.unfinished();
      keeping.end(finished, after.inSync() ? "in sync" : "not in sync");
      return new Repair(work.tables(), work.stopped(), gaps, after.with(keeping.kept()));
    }
  }

  private Repair repairAgain(RepairOptions options, Progress progress, Scene scene) {
    Again again = comparing.runs().again();
    Keeping keeping = Keeping.again(again);
    Repairer.Work work =
        work(options, progress, scene, keeping, r -> r.repairAgain(scene.tables(), again));
    Comparison after = comparing.compare(options.compare(), progress, scene, Keeping.again(again));
    return new Repair(work.tables(), work.stopped(), 0, after);
  }

  private Repairer.Work work(
      RepairOptions options,
      Progress progress,
      Scene scene,
      Keeping keeping,
      Function<Repairer, Repairer.Work> repair) {
    try (Throttle throttle = comparing.throttle(options.compare())) {
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
