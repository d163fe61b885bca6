package io.dualwrite.reconciler;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.Refused;
import io.dualwrite.reconciler.ReconcilerException.Kind;
import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.reconciler.backfill.file.FileBackfill;
import io.dualwrite.reconciler.backfill.file.FileBackfillOptions;
import io.dualwrite.reconciler.backfill.file.FileBackfillPlan;
import io.dualwrite.reconciler.backfill.file.FileBackfiller;
import io.dualwrite.reconciler.backfill.file.FileLoadBusyException;
import io.dualwrite.reconciler.backfill.file.FileReadException;
import io.dualwrite.reconciler.compare.Comparer.Mirrored;
import io.dualwrite.reconciler.load.Throttle;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A load of files into a table of this migration: what must hold before, and its limits. */
record FileBackfilling(Backfilling backfilling) {

  FileBackfill run(FileBackfillOptions options, BackfillProgress progress, Scene scene) {
    if (scene.primary() == Side.TARGET) {
      throw new ReconcilerException(
          Kind.USAGE,
          "backfill --file loads what the source decides on, and the target is primary: its rows are the newer ones. Nothing was changed.");
    }
    try (Throttle throttle =
        Throttle.start(
            options.load(),
            Map.of(
                Side.SOURCE,
                backfilling.databases().source(),
                Side.TARGET,
                backfilling.databases().target()),
            1,
            progress)) {
      Mirrored table = table(scene);
      return explained(
          () ->
              new FileBackfiller(
                      backfilling.databases(),
                      backfilling.locks(options.load(), scene.locks().journalled()),
                      scene.checksum(),
                      backfilling.config().migration(),
                      backfilling.config().journal().schema(),
                      named(options, table),
                      throttle,
                      progress,
                      backfilling.clock())
                  .load(table, notes()));
    }
  }

  FileBackfillPlan plan(FileBackfillOptions options, Scene scene) {
    Mirrored table = table(scene);
    return explained(() -> FileBackfiller.plan(table.table(), named(options, table), notes()));
  }

  /** The table by its identity, which a user need not have given in full. */
  private static FileBackfillOptions named(FileBackfillOptions options, Mirrored table) {
    return options.table(table.table().name().toString());
  }

  private static Mirrored table(Scene scene) {
    for (Refused refused : scene.refused()) {
      throw new ReconcilerException(Kind.USAGE, refused.explanation());
    }
    if (scene.tables().size() != 1) {
      throw new ReconcilerException(
          Kind.USAGE, "files are loaded into exactly one table, not " + scene.tables().size());
    }
    return scene.tables().get(0);
  }

  private List<String> notes() {
    CompletionPoint point = backfilling.completionPoint().get();
    return point.at().isPresent()
        ? List.of()
        : List.of(
            "Nobody is known to write to both sides yet ("
                + String.join("; ", point.reasons())
                + "): what changes in the source until then has to be brought by another backfill or a repair.");
  }

  private static <T> T explained(Supplier<T> work) {
    try {
      return work.get();
    } catch (FileLoadBusyException e) {
      throw new ReconcilerException(Kind.CONFLICT, String.valueOf(e.getMessage()), e);
    } catch (FileReadException e) {
      throw new ReconcilerException(Kind.DATABASE, String.valueOf(e.getMessage()), e);
    }
  }
}
