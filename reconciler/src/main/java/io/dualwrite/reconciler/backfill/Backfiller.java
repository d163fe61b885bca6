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
import io.dualwrite.reconciler.state.Runs;
import io.dualwrite.reconciler.state.StateAccess;
import io.dualwrite.reconciler.window.SideReadException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
      refused.forEach(r -> results.add(TableBackfill.failed(r.table(), r.explanation())));
      List<TableBackfill> filled =
          new TablesFiller(
                  databases, locks, checksum, options, until, run, schema, migration, throttle,
                  progress)
              .run(tables);
      results.addAll(filled);
      // A table that is refused keeps no other's indexes dropped.
      List<String> unbuilt = build(filled, notes);
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
      if (backfill.complete()) {
        run.end("done", new Retention(schema, migration));
      }
      return backfill;
    }
  }

  /** What is dropped is built again when all rows are there, whoever dropped it. */
  private List<String> build(List<TableBackfill> results, List<String> notes) {
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
    return deferred.restore();
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
   */
  public static List<String> restoreIndexes(Snapshots databases, String schema, String migration) {
    return new DeferredIndexes(databases, schema, migration).restore();
  }
}
