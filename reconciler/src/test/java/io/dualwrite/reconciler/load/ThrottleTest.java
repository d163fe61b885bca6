package io.dualwrite.reconciler.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.Side;
import io.dualwrite.reconciler.window.SideReadException;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** A run keeps to its limits, and does not go on without the one that it cannot check. */
@WithDatabases
class ThrottleTest {
  private static final Duration SOON = Duration.ofMillis(20);

  private final TestDatabases dbs;

  ThrottleTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  void rowsPerSecondAreKeptToOnTheAverage() {
    try (Throttle throttle =
        Throttle.start(LoadLimits.NONE.rowsPerSecond(10_000), Map.of(), 4, Pauses.NONE)) {
      long began = System.nanoTime();
      for (int i = 0; i < 4; i++) {
        try (Throttle.Turn turn = throttle.turn()) {
          turn.rows(1_000);
        }
      }
      throttle.turn().close();

      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isBetween(Duration.ofMillis(400), Duration.ofSeconds(20));
    }
  }

  @Test
  void nothingIsBegunWhileThePauseFileExists(@TempDir Path directory) throws IOException {
    Path file = Files.createFile(directory.resolve("pause"));
    List<String> told = new CopyOnWriteArrayList<>();
    Pauses pauses =
        new Pauses() {
          @Override
          public void paused(String reason) {
            told.add(reason);
          }

          @Override
          public void goesOn() {
            told.add("goes on");
          }
        };
    try (Throttle throttle =
        Throttle.start(LoadLimits.NONE.pauseFile(file), Map.of(), 1, SOON, pauses)) {
      CompletableFuture<Void> begun = CompletableFuture.runAsync(() -> throttle.turn().close());
      assertThat(throttle.paused()).hasValue(file + " exists");
      assertThat(begun).isNotDone();

      Files.delete(file);
      begun.join();
      assertThat(throttle.paused()).isEmpty();

      Files.createFile(file);
      await().until(() -> throttle.paused().isPresent());
      assertThat(told).containsExactly(file + " exists", "goes on", file + " exists");
    }
  }

  @Test
  void aClosedThrottleLetsWaitingThreadsGo(@TempDir Path directory) throws IOException {
    Path file = Files.createFile(directory.resolve("pause"));
    Throttle throttle =
        Throttle.start(LoadLimits.NONE.pauseFile(file), Map.of(), 1, SOON, Pauses.NONE);
    CompletableFuture<Void> begun = CompletableFuture.runAsync(() -> throttle.turn().close());

    throttle.close();

    assertThatThrownBy(begun::join).hasRootCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void asMuchIsUnderWayAtOnceAsWasAskedFor() {
    try (Throttle throttle = Throttle.start(LoadLimits.NONE, Map.of(), 2, Pauses.NONE)) {
      Throttle.Turn one = throttle.turn();
      Throttle.Turn two = throttle.turn();
      CompletableFuture<Void> third = CompletableFuture.runAsync(() -> throttle.turn().close());
      assertThat(third).isNotDone();

      one.close();
      third.join();
      two.close();
    }
  }

  @Test
  void aServerThatTakesTooLongIsGivenLessToDoUntilItIsGivenNothing() {
    Duration unreachable = Duration.ofNanos(1_000_000);
    try (Throttle throttle =
        Throttle.start(
            LoadLimits.NONE.latency(unreachable),
            Map.of(Side.SOURCE, new SlowStatements(dbs.source(), Duration.ofMillis(5))),
            4,
            SOON,
            Pauses.NONE)) {
      await().until(() -> throttle.paused().isPresent());

      assertThat(throttle.paused().orElseThrow())
          .startsWith("the source takes ")
          .endsWith(" ms for the simplest query (max-latency 1 ms)");
    }
  }

  @Test
  void withoutStandbysThereIsNoLag() {
    try (Throttle throttle =
        Throttle.start(
            LoadLimits.NONE.replicationLag(SOON),
            Map.of(Side.SOURCE, dbs.source(), Side.TARGET, dbs.target()),
            1,
            SOON,
            Pauses.NONE)) {
      throttle.turn().close();
      assertThat(throttle.paused()).isEmpty();
    }
  }

  @Test
  void aLimitThatCannotBeCheckedIsAFailure() throws SQLException {
    PGSimpleDataSource nobody = new PGSimpleDataSource();
    nobody.setUrl(dbs.sourceServer().jdbcUrl(dbs.database()));
    nobody.setUser("nobody_" + dbs.database());
    try (Throttle throttle =
        Throttle.start(
            LoadLimits.NONE.replicationLag(SOON),
            Map.of(Side.SOURCE, nobody),
            1,
            SOON,
            Pauses.NONE)) {
      assertThatThrownBy(throttle::turn)
          .isInstanceOf(SideReadException.class)
          .hasMessageStartingWith("source: ");
    }
  }
}
