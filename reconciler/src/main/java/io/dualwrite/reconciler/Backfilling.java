package io.dualwrite.reconciler;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.reconciler.ReconcilerException.Kind;
import io.dualwrite.reconciler.backfill.Backfill;
import io.dualwrite.reconciler.backfill.BackfillBusyException;
import io.dualwrite.reconciler.backfill.BackfillOptions;
import io.dualwrite.reconciler.backfill.BackfillPlan;
import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.reconciler.backfill.Backfiller;
import io.dualwrite.reconciler.backfill.HistoryEnd;
import io.dualwrite.reconciler.backfill.Planner;
import io.dualwrite.reconciler.compare.LaneLocks;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.load.LoadLimits;
import io.dualwrite.reconciler.load.Throttle;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A backfill of this migration: what must hold before, and its limits. */
record Backfilling(
    MigrationConfig config,
    Snapshots databases,
    Supplier<CompletionPoint> completionPoint,
    Clock clock) {
  private static final Duration LOCK_WAIT = Duration.ofSeconds(30);
  private static final Duration IDLE = Duration.ofSeconds(60);

  /** A window is sent by one statement; one that is a whole table takes its time. */
  private static final Duration STATEMENT = Duration.ofHours(6);

  Backfill run(BackfillOptions options, BackfillProgress progress, Scene scene) {
    if (scene.primary() == Side.TARGET) {
      throw new ReconcilerException(
          Kind.USAGE,
          "backfill copies from the source to the target, and the target is primary: its rows are the newer ones. Nothing was changed.");
    }
    try (Throttle throttle =
        Throttle.start(
            options.load(),
            Map.of(Side.SOURCE, databases.source(), Side.TARGET, databases.target()),
            options.parallelism(),
            progress)) {
      return new Backfiller(
              databases,
              locks(options.load(), scene.locks().journalled()),
              scene.checksum(),
              config.migration(),
              config.journal().schema(),
              options,
              throttle,
              progress,
              clock)
          .backfill(scene.tables(), scene.refused(), end());
    } catch (BackfillBusyException e) {
      throw new ReconcilerException(Kind.CONFLICT, String.valueOf(e.getMessage()), e);
    }
  }

  BackfillPlan plan(BackfillOptions options, Scene scene) {
    return new Planner(databases, options, config.journal().schema(), config.migration())
        .plan(scene.tables(), scene.refused(), options.until(end()::required));
  }

  /** The locks of a copy whose statements may take their time. */
  LaneLocks locks(LoadLimits load, boolean journalled) {
    CopyContext context =
        new CopyContext(
            config.migration(),
            new Journal(config.journal().schema()),
            Side.SOURCE,
            databases.source(),
            databases.target(),
            LOCK_WAIT,
            load.statementTimeout().orElse(STATEMENT),
            IDLE,
            config.usesStrict());
    return new LaneLocks(context, journalled);
  }

  private HistoryEnd end() {
    return new HistoryEnd() {
      @Override
      public Optional<Instant> known() {
        return completionPoint.get().at();
      }

      @Override
      public Instant required() {
        CompletionPoint point = completionPoint.get();
        return point.at().orElseThrow(() -> unknown(point));
      }
    };
  }

  private static ReconcilerException unknown(CompletionPoint point) {
    return new ReconcilerException(
        Kind.USAGE,
        "up to when history must be copied cannot be known: "
            + String.join("; ", point.reasons())
            + ". Give --until TIME, or --until end to copy everything.");
  }
}
