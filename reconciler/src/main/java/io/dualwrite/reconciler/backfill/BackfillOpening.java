package io.dualwrite.reconciler.backfill;

import io.dualwrite.Side;
import io.dualwrite.reconciler.backfill.BackfillOptions.End;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.state.Runs;
import io.dualwrite.reconciler.state.UnfinishedRun;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Where the run of a backfill begins or is taken up again.
 *
 * @param databases both sides
 * @param runs those of the migration
 * @param options what is asked for
 * @param end where history ends
 */
record BackfillOpening(Snapshots databases, Runs runs, BackfillOptions options, HistoryEnd end) {

  /**
   * Takes up the latest interrupted run, if that is asked for and there is one, or begins one:
   * those of the same tables that were interrupted are given up then.
   *
   * @param notes what the reader should know of it is added
   * @throws BackfillBusyException while another process copies one of these tables
   * @throws IllegalArgumentException if the interrupted runs were asked for another part of them
   */
  KeptRun open(List<String> notes) {
    String wanted = KeptRun.tables(options.tables());
    // What begins meanwhile is met with when the run begins.
    databases.on(
        Side.TARGET,
        c -> {
          KeptRun.throwIfBusy(c, runs, wanted, Optional.empty());
          return true;
        });
    List<UnfinishedRun> interrupted =
        KeptRun.interrupted(databases, runs).stream()
            .filter(r -> Request.of(r.run()).tables().equals(wanted))
            .toList();
    if (!options.resume()) {
      if (!interrupted.isEmpty()) {
        notes.add(
            "The backfill of "
                + interrupted.get(0).run().startedAt()
                + " was interrupted; this one began anew and takes its place: what the target has was compared and not copied again.");
      }
      return begin(interrupted);
    }
    if (interrupted.isEmpty()) {
      notes.add(
          "There was no interrupted backfill of these tables to resume: this one began anew.");
      return begin(interrupted);
    }
    return resume(interrupted, notes);
  }

  private KeptRun begin(List<UnfinishedRun> interrupted) {
    Optional<Instant> until = options.until(end::required);
    SortedMap<String, String> settings = Request.of(options, until).settings();
    settings.putAll(Request.given(options));
    return KeptRun.begin(databases, runs, settings, interrupted);
  }

  private KeptRun resume(List<UnfinishedRun> interrupted, List<String> notes) {
    UnfinishedRun run =
        interrupted.stream()
            .filter(r -> Request.of(r.run()).fits(options))
            .findFirst()
            .orElseThrow(() -> other(interrupted.get(0)));
    if (options.end().kind() == End.Kind.COMPLETION_POINT) {
      Instant before = Request.of(run.run()).until().orElseThrow();
      Optional<Instant> now = end.known();
      if (now.isPresent() && now.get().isAfter(before)) {
        notes.add(
            "The completion point has moved from "
                + before
                + " to "
                + now.get()
                + " since the interruption: this one began anew, up to the later one. What the target has was compared and not copied again.");
        return begin(interrupted);
      }
      if (now.isEmpty()) {
        notes.add(
            "The completion point cannot be known at present (`reconciler completion-point` says why): history was copied up to where it was when this backfill began. Rows since then may want another one.");
      }
    }
    return KeptRun.takeOver(databases, runs, run.run())
        .orElseThrow(() -> new BackfillBusyException(run));
  }

  private IllegalArgumentException other(UnfinishedRun interrupted) {
    Request request = Request.of(interrupted.run());
    return new IllegalArgumentException(
        "--resume: the backfill of "
            + interrupted.run().startedAt()
            + " that was interrupted goes "
            + request.part()
            + ", and this one would go "
            + Request.part(options)
            + ". Give "
            + request.options()
            + " to go on with it, or leave --resume out to begin anew: what the target has is then compared and not copied again.");
  }
}
