package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.journal.LockKeys;
import io.dualwrite.reconciler.backfill.Backfill;
import io.dualwrite.reconciler.backfill.BackfillOptions;
import io.dualwrite.reconciler.backfill.BackfillOptions.End;
import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.reconciler.load.LoadLimits;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code --defer-indexes} has dropped while others work, or look. */
@WithDatabases
class DroppedMeanwhileTest {
  @TempDir private Path directory;
  private final TwoDatabases two;

  DroppedMeanwhileTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  @BeforeEach
  void tables() throws SQLException {
    two.both(
        "create table a (id int primary key, v int)",
        "create index a_v on a (v)",
        "create table b (id int primary key, v int)",
        "create index b_v on b (v)");
    two.source(
        "insert into a select i, i from generate_series(1, 300) i",
        "insert into b select i, i from generate_series(1, 300) i");
    two.reconciler.init();
  }

  private BackfillOptions options(String table) {
    return BackfillOptions.of(two.config.reconciler())
        .end(End.NONE)
        .tables(List.of("public." + table))
        .batchRows(100)
        .parallelism(1);
  }

  private static BackfillProgress then(Runnable action) {
    return new BackfillProgress() {
      private boolean done;

      @Override
      public void advance(String table, long rows) {
        if (rows > 0 && !done) {
          done = true;
          action.run();
        }
      }
    };
  }

  private List<List<String>> dropped() {
    try {
      return two.dbs.query(two.dbs.target(), "select name from dualwrite.deferred order by 1");
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private void interrupt() {
    assertThatThrownBy(
            () ->
                two.reconciler.backfill(
                    options("a").deferIndexes(true),
                    then(
                        () -> {
                          throw new IllegalStateException("interrupted");
                        })))
        .hasMessage("interrupted");
    assertThat(dropped()).containsExactly(List.of("public.a_v"));
  }

  @Test
  void anotherBackfillLeavesWhatIsStillLoadedWithout() throws Exception {
    Backfill first =
        two.reconciler.backfill(
            options("a").deferIndexes(true),
            then(
                () -> {
                  Backfill other = two.reconciler.backfill(options("b"), BackfillProgress.NONE);
                  assertThat(other.complete()).as("%s", other).isTrue();
                  assertThat(dropped()).containsExactly(List.of("public.a_v"));
                  Backfill deferring =
                      two.reconciler.backfill(
                          options("b").deferIndexes(true), BackfillProgress.NONE);
                  assertThat(deferring.complete()).as("%s", deferring).isTrue();
                  assertThat(dropped()).containsExactly(List.of("public.a_v"));
                  assertThatThrownBy(two.reconciler::restoreIndexes)
                      .isInstanceOf(ReconcilerException.class)
                      .hasMessageContaining("is backfilling since");
                }));

    assertThat(first.complete()).as("%s", first).isTrue();
    assertThat(dropped()).isEmpty();
  }

  @Test
  void whereOthersBuildTheResultIsNotLost() throws Exception {
    interrupt();
    try (Connection other = two.dbs.target().getConnection();
        Statement statement = other.createStatement()) {
      long key = LockKeys.of("deferred-indexes", two.config.migration());
      statement.execute("select pg_advisory_lock(" + key + ")");

      Backfill backfill = two.reconciler.backfill(options("b"), BackfillProgress.NONE);

      statement.execute("select pg_advisory_unlock(" + key + ")");
      assertThat(backfill.copied()).isEqualTo(300);
      assertThat(backfill.complete()).isFalse();
      assertThat(backfill.unbuilt())
          .singleElement()
          .asString()
          .contains("another process drops or builds indexes");
    }
    Backfill resumed = two.reconciler.backfill(options("b").resume(true), BackfillProgress.NONE);
    assertThat(resumed.complete()).isTrue();
    assertThat(dropped()).isEmpty();
  }

  @Test
  void nothingIsDroppedWhileItIsPaused() throws Exception {
    Path pause = Files.createFile(directory.resolve("pause"));
    CountDownLatch paused = new CountDownLatch(1);
    BackfillProgress progress =
        new BackfillProgress() {
          @Override
          public void paused(String reason) {
            paused.countDown();
          }
        };
    CompletableFuture<Backfill> backfill =
        CompletableFuture.supplyAsync(
            () ->
                two.reconciler.backfill(
                    options("a").deferIndexes(true).load(LoadLimits.NONE.pauseFile(pause)),
                    progress));
    assertThat(paused.await(20, TimeUnit.SECONDS)).isTrue();
    Awaitility.await().during(Duration.ofMillis(600)).until(() -> dropped().isEmpty());

    Files.delete(pause);

    assertThat(backfill.get(30, TimeUnit.SECONDS).complete()).isTrue();
  }
}
