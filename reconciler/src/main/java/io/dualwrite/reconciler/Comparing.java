package io.dualwrite.reconciler;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Comparer;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.DifferingValues;
import io.dualwrite.reconciler.compare.Keeping;
import io.dualwrite.reconciler.compare.Kept;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.load.Pauses;
import io.dualwrite.reconciler.load.Throttle;
import io.dualwrite.reconciler.state.DroppedPart;
import io.dualwrite.reconciler.window.SideReadException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The comparisons of this migration, kept in the target where they may be. */
record Comparing(
    MigrationConfig config,
    Snapshots databases,
    ControlTables control,
    Scenes scenes,
    Clock clock) {
  /** The command under which comparisons are kept. */
  private static final String COMPARE = "compare";

  /** And those of a watch, which are parts of tables and must not take the place of whole ones. */
  private static final String WATCH = "watch";

  RunOpening runs() {
    return new RunOpening(config, databases);
  }

  Comparison compare(CompareOptions options, Progress progress) {
    Scene scene = scenes.scene(options);
    if (options.sample().isPresent()) {
      Keeping keeping = Keeping.ofGlance(runs()::here);
      return compare(options, progress, scene, keeping).with(keeping.kept());
    }
    GapMarks gaps = gaps(scene);
    gaps.endReleased();
    RunOpening.Opened run =
        runs()
            .open(
                COMPARE,
                options.tables(scene.wanted()).settings(),
                options.kept(),
                options.from().isEmpty() && options.to().isEmpty(),
                scene.primary());
    try (Keeping keeping = run.keeping()) {
      Instant started = control.now(scene.primary()).minus(run.age());
      Comparison comparison = compare(options, progress, scene, keeping);
      gaps.reconcile(comparison, started);
      keeping.end(!comparison.unfinished(), comparison.inSync() ? "in sync" : "not in sync");
      return comparison.with(lacking(gaps.and(keeping.kept())));
    }
  }

  /** Rows in sync are not all that a target needs. */
  private Kept lacking(Kept kept) {
    List<DroppedPart> dropped;
    try {
      dropped =
          databases.on(
              Side.TARGET, c -> DroppedPart.read(c, config.journal().schema(), config.migration()));
    } catch (SideReadException e) {
      // The result is there, and must not be lost with a server that has gone since.
      return kept;
    }
    if (dropped.isEmpty()) {
      return kept;
    }
    List<String> notes = new ArrayList<>(kept.notes());
    notes.add(
        "Before a cutover: "
            + DroppedPart.lacking(dropped)
            + ". `reconciler backfill --restore-indexes` does, unless a backfill is under way.");
    return new Kept(kept.run(), notes, kept.notTakenBack());
  }

  /** One comparison of a watch; where it is kept, under a name of its own. */
  Comparison look(CompareOptions options, boolean keep) {
    Scene scene = scenes.scene(options);
    if (!keep) {
      Keeping keeping = Keeping.ofGlance(runs()::here);
      return compare(options, Progress.NONE, scene, keeping).with(keeping.keptOfLook());
    }
    RunOpening.Opened run =
        runs()
            .open(
                WATCH,
                options.tables(scene.wanted()).settings(),
                options.kept(),
                false,
                scene.primary());
    try (Keeping keeping = run.keeping()) {
      Comparison comparison = compare(options, Progress.NONE, scene, keeping);
      keeping.end(!comparison.unfinished(), comparison.inSync() ? "in sync" : "not in sync");
      return comparison.with(keeping.keptOfLook());
    }
  }

  /** Nothing is kept of it, begun or ended by it; but what differs is not verified any more. */
  Comparison glance(CompareOptions options, Progress progress) {
    Keeping keeping = Keeping.ofGlance(runs()::here);
    return compare(options, progress, scenes.scene(options), keeping).with(keeping.kept());
  }

  /**
   * Looks at what the last comparison of each table did not find equal, and leaves what is kept of
   * that as it is.
   */
  Comparison glanceAgain(CompareOptions options, Progress progress) {
    Scene scene = scenes.scene(options);
    Keeping keeping = Keeping.ofGlanceAgain(runs().again());
    return compare(options, progress, scene, keeping).with(keeping.kept());
  }

  /** Looks again at what the last comparison of each table did not find equal. */
  Comparison compareAgain(CompareOptions options, Progress progress) {
    Scene scene = scenes.scene(options);
    Keeping keeping = Keeping.again(runs().again());
    return compare(options, progress, scene, keeping).with(keeping.kept());
  }

  DifferingValues values(CompareOptions options, Comparison comparison) {
    return DifferingValues.read(comparison, scenes.scene(options).compared(), databases, clock);
  }

  Comparison compare(CompareOptions options, Progress progress, Scene scene, Keeping keeping) {
    try (Throttle throttle = throttle(options, progress)) {
      return new Comparer(
              limited(options),
              scene.locks(),
              scene.checksum(),
              options,
              throttle,
              keeping,
              progress,
              clock)
          .compare(config.migration(), scene.tables(), scene.refused());
    }
  }

  Throttle throttle(CompareOptions options, Pauses pauses) {
    return Throttle.start(
        options.load(),
        Map.of(Side.SOURCE, databases.source(), Side.TARGET, databases.target()),
        options.parallelism(),
        pauses);
  }

  Snapshots limited(CompareOptions options) {
    return databases.within(options.load().statementTimeout());
  }

  GapMarks gaps(Scene scene) {
    return new GapMarks(databases, control, config, scene.primary());
  }
}
