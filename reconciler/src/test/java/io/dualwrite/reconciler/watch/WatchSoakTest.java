package io.dualwrite.reconciler.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.watch.Looks.WatchedTable;
import io.dualwrite.reconciler.watch.WatchState.TableDrift;
import io.dualwrite.reconciler.watch.WatchState.Verdict;
import io.dualwrite.testing.Guarantee;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * A watch for weeks of a clock that is not this one's, while rows are damaged and repaired, looks
 * fail and databases go away. {@code -Ddualwrite.soak.rounds=100000} makes it longer.
 */
class WatchSoakTest {
  private static final int ROUNDS = Integer.getInteger("dualwrite.soak.rounds", 3_000);
  private static final Duration EVERY = Duration.ofMinutes(10);
  private static final Duration REVERIFY = Duration.ofHours(12);
  private static final Instant FIRST = Instant.parse("2026-03-01T00:00:00Z");

  private final long seed = Long.getLong("dualwrite.test.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final FakeLooks databases = new FakeLooks(FIRST);

  /** When each hour of each table became what it is. */
  private final Map<String, Map<Instant, Instant>> since = new TreeMap<>();

  private Instant now = FIRST.plus(Duration.ofDays(10)).plusSeconds(1);

  private final Watch watch =
      new Watch(
          "m",
          new WatchOptions(EVERY, REVERIFY, Duration.ofMinutes(5), Duration.ofHours(1)),
          databases::open,
          new Clock() {
            @Override
            public ZoneId getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
              return this;
            }

            @Override
            public Instant instant() {
              return now;
            }
          },
          state -> {});

  private void table(String name) {
    databases.tables.add(new WatchedTable(name, true, Optional.empty()));
    databases.ofTable.put(name, new TreeMap<>());
    since.put(name, new TreeMap<>());
  }

  @Test
  @Guarantee("G10")
  void itStaysSmallAndIsNeverInSyncForLongerThanItTakesToReadAllAgain() {
    table("a");
    table("b");
    databases.known.put(
        "a", new Looks.Known(FIRST, now.minus(Duration.ofDays(1)), now.minus(REVERIFY), false));
    int found = 0;
    int inSync = 0;
    for (int i = 0; i < ROUNDS; i++) {
      now = now.plus(EVERY);
      databases.away =
          random.nextInt(50) == 0 ? Optional.of("target: cannot be reached") : Optional.empty();
      if (i == ROUNDS / 2) {
        table("c");
      }
      // Every few days somebody repairs everything, and for a while it stays so.
      boolean calm = i % 400 >= 300;
      for (WatchedTable table : databases.tables) {
        change(table.name(), calm);
      }
      databases.asked.clear();
      WatchState state = watch.round();
      found += state.verdict() == Verdict.DRIFT ? 1 : 0;
      inSync += state.verdict() == Verdict.IN_SYNC ? 1 : 0;
      check(state, i);
    }
    assertThat(inSync).as("rounds in sync, seed %d", seed).isPositive();
    assertThat(found).as("rounds with drift, seed %d", seed).isPositive();
  }

  private void change(String table, boolean calm) {
    Map<Instant, Status> hours = databases.ofTable.get(table);
    long count = Duration.between(FIRST, now).toHours();
    if (!calm && random.nextInt(10) == 0) {
      Instant hour = FIRST.plus(Duration.ofHours(random.nextInt((int) count)));
      Status status = Status.values()[random.nextInt(3)];
      if (hours.put(hour, status) != status) {
        since.get(table).put(hour, now);
      }
    }
    if (calm) {
      hours.replaceAll((h, s) -> Status.EQUAL);
    }
  }

  private void check(WatchState state, int round) {
    assertThat(state.differences()).hasSizeLessThanOrEqualTo(50);
    for (TableDrift table : state.tables()) {
      assertThat(table.open()).hasSizeLessThanOrEqualTo(500);
      assertThat(table.seen()).hasSizeLessThanOrEqualTo(96);
    }
    if (state.verdict() != Verdict.IN_SYNC) {
      return;
    }
    Instant longAgo = now.minus(REVERIFY).minus(EVERY);
    databases.ofTable.forEach(
        (table, hours) ->
            hours.forEach(
                (hour, status) ->
                    assertThat(
                            status == Status.EQUAL || since.get(table).get(hour).isAfter(longAgo))
                        .as("seed %d, round %d: %s of %s", seed, round, hour, table)
                        .isTrue()));
  }
}
