package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.ChildJvm;
import io.dualwrite.testing.Seeds;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;

/**
 * A reconciler's process is killed at random moments and the backfill resumed. More kills with
 * {@code -Dbackfill.kills=20}.
 */
@WithDatabases
class KilledBackfillTest {
  private static final int KILLS = Integer.getInteger("backfill.kills", 5);
  private static final int ROWS = 60_000;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** Every window with the time at which it was marked. */
  private static final String DONE =
      "select number, range_from, range_to, source_rows, at from dualwrite.run_windows order by number";

  private final TestDatabases dbs;

  KilledBackfillTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  private ChildJvm backfill() {
    return ChildJvm.of(Main.class)
        .arguments(
            "backfill",
            "--until=end",
            "--resume",
            "--batch-rows=400",
            "--parallelism=2",
            "--source",
            dbs.sourceUrl(),
            "--target",
            dbs.targetUrl())
        .start();
  }

  private Set<List<String>> done() throws SQLException {
    return new HashSet<>(dbs.query(dbs.target(), DONE));
  }

  @Test
  void resumesWithoutDoingAFinishedWindowAgain() {
    Seeds.check(1, this::killAndResume);
  }

  private void killAndResume(Random random) throws Exception {
    Ran init = new ByUrls(dbs).run("init");
    assertThat(init.code()).as(init.err()).isZero();
    dbs.executeOnBoth(
        "create table history (id int primary key, at timestamptz not null, v text unique)",
        "create index on history (at)",
        "create table plain (a text, b int, primary key (a, b))");
    dbs.execute(
        dbs.source(),
        "insert into history select i, '2024-01-01Z'::timestamptz + i * interval '1 s', 'v' || i from generate_series(1, "
            + ROWS
            + ") i",
        "insert into plain select 'k' || i % 100, i from generate_series(1, 5000) i");
    Set<List<String>> before = Set.of();
    int killed = 0;
    List<String> story = new ArrayList<>();
    for (int i = 0; i < KILLS; i++) {
      try (ChildJvm child = backfill()) {
        // At random: before its first window, in the middle of one, or right behind one.
        int windows = before.size() + random.nextInt(1 + 120 / KILLS);
        awaitWindows(windows, child);
        busy(random.nextInt(20));
        killed += child.isAlive() ? 1 : 0;
        child.kill();
      }
      Set<List<String>> now = done();
      story.add(now.size() + " windows");
      assertThat(now).as("finished windows are kept as they are").containsAll(before);
      before = now;
    }
    try (ChildJvm last = backfill()) {
      assertThat(last.await(PATIENCE)).as("%s", last.output()).isZero();
    }
    assertThat(done()).as("after %s", story).containsAll(before);
    assertThat(killed).isPositive();
    dbs.assertSameRows("select * from history");
    dbs.assertSameRows("select * from plain");
    // Windows do not overlap, so no row was brought in by two of them.
    assertThat(dbs.queryValue(dbs.target(), "select sum(source_rows) from dualwrite.run_windows"))
        .isEqualTo(String.valueOf(ROWS + 5_000));
    assertThat(dbs.queryValue(dbs.target(), "select count(*) from dualwrite.runs")).isEqualTo("1");
  }

  private void awaitWindows(int windows, ChildJvm child) {
    try {
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> !child.isAlive() || done().size() >= windows);
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("too few windows: " + child.output(), e);
    }
  }

  private static void busy(int millis) {
    long end = System.nanoTime() + millis * 1_000_000L;
    while (System.nanoTime() < end) {
      ThreadLocalRandom.current().nextInt();
    }
  }
}
