package io.dualwrite.reconciler.backfill;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.Refused;
import io.dualwrite.reconciler.backfill.Backfill.TableBackfill;
import io.dualwrite.reconciler.backfill.BackfillOptions.End;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.compare.Comparer.Mirrored;
import io.dualwrite.reconciler.compare.LaneLocks;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.load.Throttle;
import io.dualwrite.reconciler.state.Run;
import io.dualwrite.reconciler.state.Runs;
import io.dualwrite.reconciler.state.StateAccess;
import io.dualwrite.reconciler.state.UnfinishedRun;
import io.dualwrite.reconciler.window.SideReadException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

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
  private static final String END = "end";
  private static final String SINCE = "since";

  /**
   * Copies these tables, given parents before children.
   *
   * @param refused tables that are not mirrored; they are part of the result
   * @param completionPoint asked where history ends, if that is needed
   * @throws BackfillBusyException while another process copies one of these tables
   */
  public Backfill backfill(
      List<Mirrored> tables, List<Refused> refused, Supplier<Instant> completionPoint) {
    Instant startedAt = clock.instant();
    Optional<String> problem = databases.on(Side.TARGET, c -> StateAccess.problem(c, schema));
    if (problem.isPresent()) {
      throw new IllegalArgumentException(
          "backfill keeps in the target what is done, and " + problem.get() + ".");
    }
    Runs runs = new Runs(schema, migration);
    String wanted = KeptRun.tables(options.tables());
    KeptRun.busy(databases, runs, wanted)
        .ifPresent(
            busy -> {
              throw new BackfillBusyException(busy);
            });
    List<String> notes = new ArrayList<>();
    Optional<UnfinishedRun> interrupted =
        KeptRun.interrupted(databases, runs).stream()
            .filter(r -> fits(r.run(), wanted))
            .findFirst();
    boolean resumes = options.resume() && interrupted.isPresent();
    if (options.resume() && !resumes) {
      notes.add(
          "There was no interrupted backfill of these tables to resume: this one began anew.");
    }
    if (!options.resume()) {
      interrupted.ifPresent(
          r ->
              notes.add(
                  "The backfill of "
                      + r.run().startedAt()
                      + " was interrupted, and this one began anew: what the target has was compared and not copied again. --resume goes on without that."));
    }
    try (KeptRun run =
        resumes
            ? KeptRun.takeOver(databases, runs, interrupted.orElseThrow().run())
                .orElseThrow(() -> new BackfillBusyException(interrupted.orElseThrow()))
            : KeptRun.begin(databases, runs, settings(wanted, completionPoint))) {
      Optional<Instant> until = instant(run.run().settings().getOrDefault(END, ""));
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
        run.end("done");
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

  /** Whether a run was asked for what this one is: its end may have been found out then. */
  private boolean fits(Run run, String wanted) {
    SortedMap<String, String> settings = run.settings();
    boolean sameEnd =
        options.end().kind() == End.Kind.COMPLETION_POINT
            || settings
                .getOrDefault(END, "")
                .equals(options.end().at().map(Instant::toString).orElse(""));
    return sameEnd
        && settings.getOrDefault(KeptRun.TABLES, "").equals(wanted)
        && settings
            .getOrDefault(SINCE, "")
            .equals(options.since().map(Instant::toString).orElse(""));
  }

  private SortedMap<String, String> settings(String wanted, Supplier<Instant> completionPoint) {
    SortedMap<String, String> settings = new TreeMap<>();
    settings.put(KeptRun.TABLES, wanted);
    settings.put(SINCE, options.since().map(Instant::toString).orElse(""));
    settings.put(END, options.until(completionPoint).map(Instant::toString).orElse(""));
    return settings;
  }

  private static Optional<Instant> instant(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
  }
}
