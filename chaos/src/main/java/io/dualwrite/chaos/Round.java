package io.dualwrite.chaos;

import io.dualwrite.chaos.fault.Fault;
import io.dualwrite.chaos.fault.Faults;
import io.dualwrite.chaos.fault.Plan;
import io.dualwrite.chaos.history.History;
import io.dualwrite.chaos.history.RowId;
import io.dualwrite.chaos.history.Span;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Traffic with faults, then silence, then the check. */
final class Round {
  private static final Duration AFTERWARDS = Duration.ofMillis(300);
  private static final Duration LONGEST = Duration.ofMinutes(3);
  private static final int LISTED = 20;
  private static final int MOST_SESSIONS = 120;

  private final Stage stage;
  private final Faults faults;
  private final History history;
  private final Figures figures;

  Round(Stage stage, Faults faults, History history, Figures figures) {
    this.stage = stage;
    this.faults = faults;
    this.history = history;
    this.figures = figures;
  }

  /**
   * What happened, in one line.
   *
   * @throws ChaosFailure if something is lost, differs, or does not come to an end
   */
  String run(List<Plan> plans) throws SQLException {
    long before = history.acknowledged();
    stage.go();
    make(plans);
    stage.pause();
    boolean gaps = GapTimes.open(stage) > 0;
    Duration drain = new Settling(stage).await(gaps);
    figures.drained(drain);
    long sessions = new Settling(stage).sessions();
    figures.sessions(sessions);
    if (sessions > MOST_SESSIONS) {
      throw new ChaosFailure(sessions + " sessions are open on the servers, with nothing to do");
    }
    history.readOn();
    List<String> surprises = faults.reconciliation().surprises();
    if (!surprises.isEmpty()) {
      throw new ChaosFailure(String.join("; ", surprises));
    }
    String repaired = check();
    return (history.acknowledged() - before)
        + " acknowledged, drained in "
        + drain.toMillis()
        + " ms"
        + repaired
        + String.join("", faults.reconciliation().failures().stream().map(f -> "; " + f).toList());
  }

  private void make(List<Plan> plans) {
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Future<?>> made = new ArrayList<>();
      for (Plan plan : plans) {
        figures.fault(plan.kind());
        made.add(threads.submit(() -> make(plan)));
      }
      for (Future<?> fault : made) {
        fault.get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
      }
      TimeUnit.MILLISECONDS.sleep(AFTERWARDS.toMillis());
    } catch (ExecutionException e) {
      throw new ChaosFailure("a fault could not be made: " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      throw new ChaosFailure(
          "a fault takes longer than " + LONGEST.toSeconds() + " s: " + plans, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChaosFailure("interrupted", e);
    } finally {
      threads.shutdownNow();
    }
  }

  private Void make(Plan plan) throws Exception {
    Fault fault = faults.of(plan);
    TimeUnit.MILLISECONDS.sleep(plan.after().toMillis());
    try {
      fault.begin();
      TimeUnit.MILLISECONDS.sleep(plan.lasts().toMillis());
    } finally {
      fault.end();
    }
    return null;
  }

  private String check() throws SQLException {
    // First: what is named now may have arrived when the rows are read, not the other way round.
    SetAside setAside = SetAside.read(stage.databases().source());
    Sides sides = Sides.read(stage.databases());
    none("contradictions in the source", history.contradictions(sides.sourceVersions()));
    Map<RowId, String> differences = sides.differences();
    String repaired = "";
    if (GapTimes.open(stage) > 0) {
      List<Span> gaps = GapTimes.of(stage);
      none(
          "differences that lie in no recorded gap",
          differences.entrySet().stream()
              .filter(e -> !history.changedWithin(e.getKey(), gaps) && !setAside.names(e.getKey()))
              .map(
                  e -> e.getKey() + ": " + e.getValue() + " (" + history.describe(e.getKey()) + ")")
              .toList());
      stage.repair();
      new Settling(stage).await(false);
      if (GapTimes.ended(stage) > 0) {
        throw new ChaosFailure("repair covered everything, and left a gap that had ended");
      }
      figures.repaired(differences.size());
      repaired = ", " + differences.size() + " rows in gaps repaired";
      sides = Sides.read(stage.databases());
      differences = sides.differences();
    }
    none(
        "differences",
        differences.entrySet().stream()
            .map(e -> e.getKey() + ": " + e.getValue() + " (" + history.describe(e.getKey()) + ")")
            .toList());
    none("contradictions in the target", history.contradictions(sides.targetVersions()));
    history.settle(sides.sourceVersions());
    figures.round(sides.rows());
    return repaired;
  }

  private static void none(String what, List<String> found) {
    if (!found.isEmpty()) {
      throw new ChaosFailure(
          found.size()
              + " "
              + what
              + ":\n  "
              + String.join("\n  ", found.subList(0, Math.min(LISTED, found.size()))));
    }
  }
}
