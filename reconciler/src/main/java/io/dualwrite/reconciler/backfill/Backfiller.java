package io.dualwrite.reconciler.backfill;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.Refused;
import io.dualwrite.reconciler.backfill.Backfill.TableBackfill;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.compare.Comparer.Mirrored;
import io.dualwrite.reconciler.compare.LaneLocks;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.load.Throttle;
import io.dualwrite.reconciler.state.Retention;
import io.dualwrite.reconciler.state.Run;
import io.dualwrite.reconciler.state.Runs;
import io.dualwrite.reconciler.state.StateAccess;
import io.dualwrite.reconciler.window.SideReadException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Loads history from the source to the target while dual writes go on.
 *
 * @param databases both sides
 * @param locks the lanes' locks on the target
 * @param checksum by which windows are verified
 * @param migration its name
 * @param schema the control schema
 * @param options what is copied, and how
 * @param throttle keeps it within its limits
 * @param progress is told how it goes on
 * @param clock tells how long it took
 */
public record Backfiller(
    Snapshots databases,
    LaneLocks locks,
    Checksum checksum,
    String migration,
    String schema,
    BackfillOptions options,
    Throttle throttle,
    BackfillProgress progress,
    Clock clock) {
  /**
   * Copies these tables, given parents before children.
   *
   * @param refused tables that are not mirrored; they are part of the result
   * @param end asked where history ends, if that is needed
   * @throws BackfillBusyException while another process copies one of these tables
   * @throws IllegalArgumentException if nothing can be kept in the target, or the run to resume was
   *     asked for another part of the tables
   */
  public Backfill backfill(List<Mirrored> tables, List<Refused> refused, HistoryEnd end) {
    Instant startedAt = clock.instant();
    Optional<String> problem = databases.on(Side.TARGET, c -> StateAccess.problem(c, schema));
    if (problem.isPresent()) {
      throw new IllegalArgumentException(
          "backfill keeps in the target what is done, and " + problem.get() + ".");
    }
    Runs runs = new Runs(schema, migration);
    List<String> notes = new ArrayList<>();
    try (KeptRun run = new BackfillOpening(databases, runs, options, end).open(notes)) {
      Optional<Instant> until = Request.of(run.run()).until();
      boolean resumes = run.run().resumes() > 0;
      List<TableBackfill> results = new ArrayList<>();
      refused.forEach(r -> results.add(TableBackfill.leftOut(r.table(), r.explanation())));
      List<TableBackfill> filled =
          new TablesFiller(
                  databases, locks, checksum, options, until, run, schema, migration, throttle,
                  progress)
              .run(tables);
      results.addAll(filled);
      // A table that is refused keeps no other's indexes dropped.
      List<String> unbuilt = build(tables, filled, runs, run.run(), notes);
      Backfill backfill =
          new Backfill(
              migration,
              run.run().id(),
              resumes,
              startedAt,
              Duration.between(startedAt, clock.instant()),
              until,
              results,
              notes,
              unbuilt);
      if (backfill.exhausted()) {
        run.end(backfill.complete() ? "done" : "not all tables", new Retention(schema, migration));
      }
      return backfill;
    }
  }

  /**
   * What is dropped is built again when all rows are there, whoever dropped it; but not that of a
   * backfill that is under way, which loads faster without, and builds it itself.
   */
  private List<String> build(
      List<Mirrored> tables, List<TableBackfill> results, Runs runs, Run own, List<String> notes) {
    DeferredIndexes deferred = new DeferredIndexes(databases, schema, migration);
    if (results.stream().anyMatch(TableBackfill::interrupted)) {
      int left = left(deferred);
      if (left > 0) {
        notes.add(
            left
                + " indexes and foreign keys of the target are dropped: --resume goes on and builds them, `reconciler backfill --restore-indexes` builds them at once.");
      }
      return List.of();
    }
    Set<String> mine =
        tables.stream().map(t -> t.table().target().name().sql()).collect(Collectors.toSet());
    try {
      if (deferred.dropped().stream().noneMatch(d -> mine.contains(d.table()))
          && databases.on(Side.TARGET, c -> KeptRun.other(c, runs, Optional.of(own))).isPresent()) {
        return List.of();
      }
      return deferred.restore(
          (target, all) ->
              KeptRun.other(target, runs, Optional.of(own)).isPresent()
                  ? new ArrayList<>(all.stream().filter(d -> mine.contains(d.table())).toList())
                  : all);
    } catch (SideReadException e) {
      return List.of("what was dropped could not be built again: " + e.problem());
    }
  }

  private static int left(DeferredIndexes deferred) {
    try {
      return deferred.dropped().size();
    } catch (SideReadException e) {
      // The target is away, which the tables say.
      return 0;
    }
  }

  /**
   * Builds again what an interrupted backfill has dropped, without copying anything.
   *
   * @return what could not be built, in words
   * @throws BackfillBusyException while another process works on a backfill, whose indexes these
   *     may be
   */
  public static List<String> restoreIndexes(Snapshots databases, String schema, String migration) {
    Runs runs = new Runs(schema, migration);
    return new DeferredIndexes(databases, schema, migration)
        .restore(
            (target, all) -> {
              KeptRun.throwIfBusy(target, runs, KeptRun.tables(List.of()), Optional.empty());
              return all;
            });
  }
}
