package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.reconciler.ReconcilerException.Kind;
import io.dualwrite.reconciler.backfill.BackfillOptions;
import io.dualwrite.reconciler.backfill.BackfillOptions.End;
import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.reconciler.backfill.file.Absent;
import io.dualwrite.reconciler.backfill.file.FileBackfill;
import io.dualwrite.reconciler.backfill.file.FileBackfillOptions;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backfills and loads of files that begin at the same moment. */
@WithDatabases
class LoadsAtOnceTest {
  @TempDir private Path directory;
  private final TwoDatabases two;

  LoadsAtOnceTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  @BeforeEach
  void init() throws SQLException {
    two.reconciler.init();
    two.both("create table a (id int primary key)", "create table b (id int primary key)");
    two.source("insert into a select generate_series(1, 100)");
  }

  private FileBackfillOptions load(String table, String file, String setAside) throws IOException {
    Path path = directory.resolve(file);
    Files.writeString(path, "id\n1\nx\n3\ny\n5\nz\n");
    return FileBackfillOptions.of("public." + table, List.of(path.toString()))
        .absent(Absent.INSERT)
        .batchRows(2)
        .setAside(Optional.of(directory.resolve(setAside)));
  }

  /** Does something when the first rows are done, on the thread that has done them. */
  private static BackfillProgress then(Runnable action) {
    return new BackfillProgress() {
      private boolean done;

      @Override
      public synchronized void advance(String table, long rows) {
        if (rows > 0 && !done) {
          done = true;
          action.run();
        }
      }
    };
  }

  @Test
  void twoTablesDoNotSetAsideIntoOneFile() throws Exception {
    FileBackfillOptions other = load("b", "b.csv", "bad.csv");

    FileBackfill first =
        two.reconciler.backfill(
            load("a", "a.csv", "bad.csv"),
            then(
                () ->
                    assertThatThrownBy(() -> two.reconciler.backfill(other, BackfillProgress.NONE))
                        .hasMessageContaining("bad.csv")));

    assertThat(first.counts().bad()).isEqualTo(3);
    assertThat(Files.readAllLines(directory.resolve("bad.csv")))
        .hasSize(4)
        .allMatch(l -> l.startsWith("\"set_aside") || l.contains("a.csv"));
    assertThat(two.dbs.queryValue(two.dbs.target(), "select count(*) from b")).isEqualTo("0");
  }

  @Test
  void notEvenBeforeTheFirstBadRecord() throws Exception {
    FileBackfillOptions other = load("b", "b.csv", "bad.csv");
    Path good = Files.writeString(directory.resolve("good.csv"), "id\n1\n2\n3\nx\n");

    FileBackfill first =
        two.reconciler.backfill(
            FileBackfillOptions.of("public.a", List.of(good.toString()))
                .absent(Absent.INSERT)
                .batchRows(2)
                .setAside(Optional.of(directory.resolve("bad.csv"))),
            then(
                () ->
                    assertThatThrownBy(() -> two.reconciler.backfill(other, BackfillProgress.NONE))
                        .hasMessageContaining("bad.csv is in use by another load")));

    assertThat(first.counts().bad()).isEqualTo(1);
    assertThat(Files.readAllLines(directory.resolve("bad.csv"))).hasSize(2);
  }

  @Test
  void aPatternDoesNotMeanTheFileOfBadRecords() throws Exception {
    FileBackfillOptions all =
        FileBackfillOptions.of("public.a", List.of(directory + "/*.csv"))
            .absent(Absent.INSERT)
            .batchRows(2)
            .setAside(Optional.of(directory.resolve("bad.csv")));
    Files.writeString(directory.resolve("a.csv"), "id\n1\nx\n3\ny\n5\nz\n");
    assertThatThrownBy(
            () ->
                two.reconciler.backfill(
                    all,
                    then(
                        () -> {
                          throw new IllegalStateException("interrupted");
                        })))
        .hasMessage("interrupted");
    assertThat(directory.resolve("bad.csv")).exists();

    FileBackfill resumed = two.reconciler.backfill(all.resume(true), BackfillProgress.NONE);

    assertThat(resumed.resumed()).isTrue();
    assertThat(resumed.counts().bad()).isEqualTo(3);
  }

  /** Begins both while no run can be written down, so that neither sees the other's. */
  private List<Optional<Throwable>> together(
      Function<BackfillProgress, Object> one, Function<BackfillProgress, Object> other)
      throws Exception {
    CountDownLatch refused = new CountDownLatch(1);
    BackfillProgress waiting = then(() -> hold(refused));
    List<CompletableFuture<Object>> both = new ArrayList<>();
    try (Connection connection = two.dbs.target().getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("lock table dualwrite.runs in share row exclusive mode");
      for (Function<BackfillProgress, Object> each : List.of(one, other)) {
        both.add(CompletableFuture.supplyAsync(() -> each.apply(waiting)));
      }
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  two.dbs.queryValue(
                      two.dbs.target(),
                      "select count(*) from pg_locks where not granted and (database is null or database = (select oid from pg_database where datname = current_database()))"),
              "2"::equals);
      connection.rollback();
    }
    CompletableFuture.anyOf(both.get(0), both.get(1))
        .handle((r, e) -> true)
        .get(20, TimeUnit.SECONDS);
    refused.countDown();
    List<Optional<Throwable>> failures = new ArrayList<>();
    for (CompletableFuture<Object> each : both) {
      failures.add(
          each.handle((r, e) -> Optional.ofNullable(e).map(Throwable::getCause))
              .get(20, TimeUnit.SECONDS));
    }
    return failures;
  }

  private static void hold(CountDownLatch latch) {
    try {
      if (!latch.await(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the other was not refused");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assertOneIsRefused(List<Optional<Throwable>> failures) {
    assertThat(failures.stream().flatMap(Optional::stream))
        .singleElement()
        .satisfies(
            e ->
                assertThat(e)
                    .isInstanceOf(ReconcilerException.class)
                    .extracting(f -> ((ReconcilerException) f).kind())
                    .isEqualTo(Kind.CONFLICT));
  }

  @Test
  void ofTwoLoadsIntoOneTableOneIsRefused() throws Exception {
    FileBackfillOptions one = load("a", "a.csv", "bad-a.csv");
    FileBackfillOptions other = load("a", "b.csv", "bad-b.csv");

    assertOneIsRefused(
        together(
            progress -> two.reconciler.backfill(one, progress),
            progress -> two.reconciler.backfill(other, progress)));
  }

  @Test
  void ofTwoBackfillsOfOneTableOneIsRefused() throws Exception {
    BackfillOptions options =
        BackfillOptions.of(two.config.reconciler())
            .end(End.NONE)
            .tables(List.of("public.a"))
            .batchRows(10);

    assertOneIsRefused(
        together(
            progress -> two.reconciler.backfill(options, progress),
            progress -> two.reconciler.backfill(options, progress)));
  }
}
