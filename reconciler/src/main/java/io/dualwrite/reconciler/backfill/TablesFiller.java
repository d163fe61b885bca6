package io.dualwrite.reconciler.backfill;

import static java.util.stream.Collectors.joining;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.backfill.Backfill.TableBackfill;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.compare.Comparer.Mirrored;
import io.dualwrite.reconciler.compare.LaneLocks;
import io.dualwrite.reconciler.compare.Outage;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.compare.Workers;
import io.dualwrite.reconciler.load.Throttle;
import io.dualwrite.reconciler.state.KeptWindow;
import io.dualwrite.reconciler.state.RunTables;
import io.dualwrite.reconciler.state.RunWindows;
import io.dualwrite.reconciler.state.TableRun;
import io.dualwrite.reconciler.window.SideReadException;
import io.dualwrite.reconciler.window.TableFacts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Copies tables one after the other, parents before children, each with several spans at once. */
final class TablesFiller {
  private static final String STEP = "copy";

  private static final String REWRITTEN =
      "begun anew: the target's table was emptied, rewritten or got other partitions since the interruption (TRUNCATE, VACUUM FULL, CLUSTER,"
          + " ALTER TABLE, …), so that what was brought may be gone. What it has was compared and not copied again";
  private static final String RESHAPED =
      "begun anew: a table, its columns, the checksum or the end is another than before the interruption. What the target has was compared and not copied again";

  private final Snapshots snapshots;
  private final LaneLocks locks;
  private final Checksum checksum;
  private final BackfillOptions options;
  private final Optional<Instant> until;
  private final KeptRun run;
  private final RunTables runTables;
  private final RunWindows runWindows;
  private final Throttle throttle;
  private final BackfillProgress progress;
  private final Outage outage;
  private final DeferredIndexes deferred;

  TablesFiller(
      Snapshots snapshots,
      LaneLocks locks,
      Checksum checksum,
      BackfillOptions options,
      Optional<Instant> until,
      KeptRun run,
      String schema,
      String migration,
      Throttle throttle,
      BackfillProgress progress) {
    this.snapshots = snapshots;
    this.locks = locks;
    this.checksum = checksum;
    this.options = options;
    this.until = until;
    this.run = run;
    this.runTables = new RunTables(schema);
    this.runWindows = new RunWindows(schema);
    this.throttle = throttle;
    this.progress = progress;
    this.outage = new Outage(snapshots);
    this.deferred = new DeferredIndexes(snapshots, schema, migration);
  }

  List<TableBackfill> run(List<Mirrored> tables) {
    List<TableBackfill> results = new ArrayList<>();
    try (Workers workers = new Workers(TableFiller.threads(options.parallelism()))) {
      for (Mirrored mirrored : tables) {
        results.add(fill(mirrored.table(), mirrored.lane(), workers));
      }
    }
    return results;
  }

  private TableBackfill fill(TablePair pair, Lane lane, Workers workers) {
    String name = pair.name().toString();
    try {
      outage.throwIfDown();
      TableFacts facts = snapshots.on(Side.SOURCE, c -> TableFacts.read(c, pair.source()));
      Cuts cuts = Cuts.of(pair, facts, options.since(), until);
      Begun begun = begin(name, cuts);
      TableRun table = begun.table();
      List<KeptWindow> kept = snapshots.on(Side.TARGET, c -> runWindows.of(c, table));
      TableFiller filler =
          new TableFiller(
              snapshots,
              locks,
              lane,
              new ComparedTable(pair, checksum, Side.SOURCE),
              cuts,
              new Ledger(runWindows, runTables, table, kept, pair, begun.storage()),
              kept,
              options.batchRows().isPresent()
                  ? Pace.of(options.batchRows().getAsInt())
                  : Pace.adapting(),
              throttle,
              outage,
              progress,
              workers);
      begun.note().ifPresent(filler::note);
      Notes.of(pair, cuts).forEach(filler::note);
      progress.begin(name, facts.rows());
      if (table.endedAt().isEmpty()) {
        if (options.deferIndexes()) {
          Deferrable deferrable = deferred.of(pair, cuts);
          deferrable.left().ifPresent(why -> filler.note("its indexes stay: the table " + why));
          waitWhilePaused();
          List<Deferred> dropped = deferrable.parts();
          deferred.drop(dropped);
          if (!dropped.isEmpty()) {
            filler.note(
                "dropped for the time of the loading: "
                    + dropped.stream().map(Deferred::label).collect(joining(", ")));
          }
        }
        filler.fill(workers, options.parallelism());
        if (filler.isComplete()) {
          snapshots.write(
              Side.TARGET,
              c -> {
                runTables.end(c, table);
                return true;
              });
        }
      }
      progress.end(name);
      Notes.beyond(snapshots, pair, cuts).ifPresent(filler::note);
      return filler.result();
    } catch (SideReadException e) {
      return TableBackfill.failed(name, outage.problem(e));
    }
  }

  /** Nothing is dropped before the loading may begin. */
  private void waitWhilePaused() {
    throttle.turn().close();
  }

  /**
   * A table that is taken up.
   *
   * @param storage where the target's rows lie
   * @param note why nothing is made of what an interrupted run has of it
   */
  private record Begun(TableRun table, Storage storage, Optional<String> note) {}

  private Begun begin(String name, Cuts cuts) {
    String shape = Shape.of(cuts);
    return snapshots.write(
        Side.TARGET,
        c -> {
          Storage storage = Storage.read(c, cuts.pair().target());
          Optional<TableRun> before = runTables.find(c, run.run(), STEP, name);
          Optional<String> note = Optional.empty();
          if (before.isPresent()) {
            boolean same =
                before.get().shape().equals(shape)
                    && before.get().checksum().equals(checksum.label());
            if (same && runTables.detail(c, before.get()).equals(Optional.of(storage.text()))) {
              return new Begun(before.get(), storage, note);
            }
            note = Optional.of(same ? REWRITTEN : RESHAPED);
          }
          TableRun table =
              runTables.begin(c, run.run(), STEP, name, shape, checksum.label(), "", 0);
          runTables.setDetail(c, table, storage.text());
          return new Begun(table, storage, note);
        });
  }
}
