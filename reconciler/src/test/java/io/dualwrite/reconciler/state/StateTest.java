package io.dualwrite.reconciler.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.jdbc.journal.ReconcilerSchema;
import io.dualwrite.reconciler.state.KeptWindow.Result;
import io.dualwrite.reconciler.state.Watermark.Looked;
import io.dualwrite.reconciler.state.Watermark.Verdict;
import io.dualwrite.reconciler.window.Window;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@WithDatabases
class StateTest {
  private static final SortedMap<String, String> SETTINGS =
      new TreeMap<>(Map.of("window", "1h", "tables", "all, and = more"));

  private final TestDatabases dbs;
  private final Runs runs = new Runs("dualwrite", "test");
  private final RunTables tables = new RunTables("dualwrite");
  private final RunWindows windows = new RunWindows("dualwrite");

  StateTest(TestDatabases dbs) throws SQLException {
    this.dbs = dbs;
    try (Connection target = dbs.target().getConnection()) {
      ControlSchema.create(target, "dualwrite", "target");
    }
  }

  private static Window hour(int hour) {
    return new Window(
        Window.Kind.TIME,
        "2026-11-20T%02d:00:00Z".formatted(hour),
        "2026-11-20T%02d:00:00Z".formatted(hour + 1),
        "hour " + hour);
  }

  private static KeptWindow differs(int number, KeptDifference... differences) {
    return new KeptWindow(
        number,
        hour(number),
        Result.DIFFERS,
        10,
        9,
        1,
        0,
        0,
        Optional.of("1:2"),
        Optional.of("3:4"),
        true,
        Optional.empty(),
        List.of(differences));
  }

  private TableRun begin(Connection target, Run run) throws SQLException {
    return tables.begin(target, run, "compare", "public.t", "shape", "send", "plan\nof it", 3);
  }

  @Test
  void whatIsDoneIsThereWhenItsTransactionIs() throws SQLException {
    KeptDifference difference =
        new KeptDifference("CHANGED", List.of("1", "a\"b,{}\\"), List.of("1", ""), List.of("v"), 1);
    try (Connection target = dbs.target().getConnection()) {
      Run run = runs.begin(target, "compare", SETTINGS);
      TableRun table = begin(target, run);
      target.setAutoCommit(false);
      windows.done(target, table, List.of(KeptWindow.equal(0, hour(0), 10, "1:2")));
      target.commit();
      windows.done(target, table, List.of(KeptWindow.equal(1, hour(1), 10, "1:2")));
      target.rollback();
      windows.done(target, table, List.of(differs(2, difference, difference)));
      target.commit();

      UnfinishedRun unfinished = runs.unfinished(target, "compare").get(0);
      assertThat(unfinished.run()).isEqualTo(run);
      assertThat(unfinished.isHeld()).isTrue();
      TableRun found = tables.find(target, run, "compare", "public.t").orElseThrow();
      assertThat(found).isEqualTo(table);
      assertThat(windows.of(target, found))
          .containsExactly(
              KeptWindow.equal(0, hour(0), 10, "1:2"), differs(2, difference, difference));
      target.commit();
    }
  }

  @Test
  void aLaterResultTakesThePlaceOfAnEarlierOne() throws SQLException {
    KeptDifference difference =
        new KeptDifference("MISSING", List.of("1"), List.of("1"), List.of(), 1);
    try (Connection target = dbs.target().getConnection()) {
      TableRun table = begin(target, runs.begin(target, "compare", SETTINGS));

      windows.done(target, table, List.of(differs(0, difference)));
      windows.done(target, table, List.of(KeptWindow.equal(0, hour(0), 10, "5:6")));

      assertThat(windows.of(target, table))
          .containsExactly(KeptWindow.equal(0, hour(0), 10, "5:6"));
    }
  }

  @Test
  void whoWasTakenOverKeepsNothingMore() throws SQLException {
    try (Connection target = dbs.target().getConnection()) {
      Run old = runs.begin(target, "backfill", SETTINGS);
      TableRun table = begin(target, old);
      windows.done(target, table, List.of(KeptWindow.done(0, hour(0), 5)));

      Run taken = runs.takeOver(target, old).orElseThrow();

      assertThat(taken.resumes()).isEqualTo(1);
      assertThat(runs.takeOver(target, old)).isEmpty();
      assertThatExceptionOfType(TakenOverException.class)
          .isThrownBy(() -> windows.done(target, table, List.of(KeptWindow.done(1, hour(1), 5))));
      assertThatExceptionOfType(TakenOverException.class).isThrownBy(() -> runs.touch(target, old));
      assertThatExceptionOfType(TakenOverException.class)
          .isThrownBy(() -> tables.end(target, table));
      assertThatExceptionOfType(TakenOverException.class).isThrownBy(() -> begin(target, old));
      TableRun again = tables.find(target, taken, "compare", "public.t").orElseThrow();
      windows.done(target, again, List.of(KeptWindow.done(1, hour(1), 5)));
      assertThat(windows.of(target, again)).hasSize(2);
    }
  }

  @Test
  void aTakeOverWaitsForWhatIsBeingKept() throws Exception {
    try (Connection target = dbs.target().getConnection();
        Connection other = dbs.target().getConnection()) {
      Run old = runs.begin(target, "backfill", SETTINGS);
      TableRun table = begin(target, old);
      target.setAutoCommit(false);
      windows.done(target, table, List.of(KeptWindow.done(0, hour(0), 5)));

      runs.touch(other, old);
      CompletableFuture<Optional<Run>> takeOver =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return runs.takeOver(other, old);
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThat(takeOver).isNotDone();
      target.commit();

      Run taken = takeOver.get(60, TimeUnit.SECONDS).orElseThrow();
      TableRun again = tables.find(other, taken, "compare", "public.t").orElseThrow();
      assertThat(windows.of(other, again)).hasSize(1);
    }
  }

  @Test
  void detailsAndTheEndAreKept() throws SQLException {
    try (Connection target = dbs.target().getConnection()) {
      Run run = runs.begin(target, "backfill", SETTINGS);
      TableRun table = begin(target, run);
      assertThat(tables.detail(target, table)).isEmpty();

      tables.setDetail(target, table, "indexes: a, b");
      tables.end(target, table);
      runs.end(target, run, "it's done");

      assertThat(tables.detail(target, table)).hasValue("indexes: a, b");
      assertThat(tables.find(target, run, "compare", "public.t").orElseThrow().endedAt())
          .isPresent();
      assertThat(runs.unfinished(target, "backfill")).isEmpty();
      assertThat(runs.takeOver(target, run)).isEmpty();
    }
  }

  @Test
  void aProcessThatIsGoneHoldsNothing() throws SQLException {
    try (Connection target = dbs.target().getConnection()) {
      runs.begin(target, "compare", SETTINGS);
      UnfinishedRun held = runs.unfinished(target, "compare").get(0);

      assertThat(with(held, held.host(), 1L << 40, Duration.ZERO).isHeld()).isFalse();
      assertThat(with(held, "elsewhere", held.pid(), Duration.ofSeconds(2)).isHeld()).isTrue();
      assertThat(with(held, "elsewhere", held.pid(), Duration.ofSeconds(11)).isHeld()).isFalse();
    }
  }

  private static UnfinishedRun with(UnfinishedRun run, String host, long pid, Duration silent) {
    return new UnfinishedRun(run.run(), host, pid, run.processStartedAt(), silent);
  }

  @Test
  void onlyTheLastEndedRunOfATableKeepsItsWindows() throws SQLException {
    try (Connection target = dbs.target().getConnection()) {
      Run first = runs.begin(target, "compare", SETTINGS);
      finished(target, first);
      Run second = runs.begin(target, "compare", SETTINGS);
      finished(target, second);
      Run interrupted = runs.begin(target, "compare", SETTINGS);
      windows.done(
          target, begin(target, interrupted), List.of(KeptWindow.equal(0, hour(0), 1, "1:1")));

      new Retention("dualwrite", "test").prune(target);

      assertThat(tables.find(target, first, "compare", "public.t")).isEmpty();
      assertThat(tables.find(target, second, "compare", "public.t")).isPresent();
      assertThat(tables.find(target, interrupted, "compare", "public.t")).isPresent();
      assertThat(dbs.queryValue(dbs.target(), "select count(*) from dualwrite.run_windows"))
          .isEqualTo("2");
      assertThat(dbs.queryValue(dbs.target(), "select count(*) from dualwrite.runs"))
          .isEqualTo("3");

      dbs.execute(
          dbs.target(),
          "update dualwrite.runs set seen_at = now() - interval '8 days', ended_at = ended_at - interval '31 days'");
      new Retention("dualwrite", "test").prune(target);

      assertThat(dbs.queryValue(dbs.target(), "select count(*) from dualwrite.runs"))
          .isEqualTo("1");
    }
  }

  private void finished(Connection target, Run run) throws SQLException {
    TableRun table = begin(target, run);
    windows.done(target, table, List.of(KeptWindow.equal(0, hour(0), 1, "1:1")));
    tables.end(target, table);
    runs.end(target, run, "in sync");
  }

  @Test
  void watermarksAreKeptAndLowered() throws SQLException {
    Watermarks watermarks = new Watermarks("dualwrite", "test");
    try (Connection target = dbs.target().getConnection()) {
      List<Looked> day =
          List.of(
              new Looked(Optional.empty(), Optional.of("2026-11-20T00:00:00Z"), Verdict.EQUAL, 5));
      watermarks.looked(target, "public.t", "shape", Window.Kind.TIME, day, Instant.now());
      assertThat(watermarks.all(target)).hasSize(1);
      assertThat(watermarks.of(target, "public.t").orElseThrow().upTo())
          .hasValue("2026-11-20T00:00:00Z");
      assertThat(new Watermarks("dualwrite", "another").all(target)).isEmpty();

      List<Looked> differs =
          List.of(
              new Looked(
                  Optional.of("2026-11-19T00:00:00Z"),
                  Optional.of("2026-11-20T00:00:00Z"),
                  Verdict.DIFFERS,
                  5));
      watermarks.looked(target, "public.t", "shape", Window.Kind.TIME, differs, Instant.now());
      assertThat(watermarks.of(target, "public.t").orElseThrow().upTo())
          .hasValue("2026-11-19T00:00:00Z");

      List<Looked> beginning =
          List.of(new Looked(Optional.empty(), Optional.empty(), Verdict.DIFFERS, 5));
      watermarks.looked(target, "public.t", "shape", Window.Kind.TIME, beginning, Instant.now());
      assertThat(watermarks.of(target, "public.t")).isEmpty();
    }
  }

  @Test
  void saysWhyNothingCanBeKept() throws SQLException {
    try (Connection target = dbs.target().getConnection()) {
      assertThat(StateAccess.problem(target, "dualwrite")).isEmpty();
      dbs.execute(dbs.target(), "drop table dualwrite.verified");
      assertThat(StateAccess.problem(target, "dualwrite").orElseThrow())
          .contains("earlier version", "verified", "reconciler init");
      assertThat(ReconcilerSchema.create(target, "dualwrite", "target")).isTrue();
      assertThat(ReconcilerSchema.create(target, "dualwrite", "target")).isFalse();
      assertThat(StateAccess.problem(target, "dualwrite")).isEmpty();
      assertThat(StateAccess.problem(target, "elsewhere").orElseThrow())
          .contains("no control schema");
    }
  }
}
