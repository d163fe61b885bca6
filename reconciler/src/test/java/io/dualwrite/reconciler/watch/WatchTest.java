package io.dualwrite.reconciler.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.report.WatchLine;
import io.dualwrite.reconciler.watch.Looks.WatchedTable;
import io.dualwrite.reconciler.watch.WatchState.Verdict;
import io.dualwrite.testing.Guarantee;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a watch looks at, and what it makes of what it sees, without databases. */
class WatchTest {
  private static final Instant FIRST = Instant.parse("2026-03-01T00:00:00Z");
  private Instant now = Instant.parse("2026-03-02T00:10:00Z");
  private final Clock clock = InstantSource.system().withZone(ZoneOffset.UTC);
  private final FakeLooks databases = new FakeLooks(FIRST);
  private final List<Verdict> told = new ArrayList<>();
  private Watch watch = watching(Duration.ofSeconds(30), Duration.ofHours(1));

  private Watch watching(Duration every, Duration reverify) {
    return new Watch(
        "m",
        new WatchOptions(every, reverify, Duration.ofMinutes(5), Duration.ofHours(1)),
        databases::open,
        new Clock() {
          @Override
          public java.time.ZoneId getZone() {
            return clock.getZone();
          }

          @Override
          public Clock withZone(java.time.ZoneId zone) {
            return this;
          }

          @Override
          public Instant instant() {
            return now;
          }
        },
        state -> told.add(state.verdict()));
  }

  private WatchState round(Duration later) {
    now = now.plus(later);
    return watch.round();
  }

  private WatchState round() {
    return round(Duration.ofSeconds(30));
  }

  private void table(String name, boolean timed) {
    databases.tables.add(new WatchedTable(name, timed, Optional.empty()));
  }

  @Test
  @Guarantee("G10")
  void nothingIsInSyncBeforeItHasBeenLookedAt() {
    assertThat(watch.state().verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(round().verdict()).as("no tables").isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void whatIsYoungerThanTheLatenessIsLeftAlone() {
    table("t", true);

    assertThat(round().verdict()).isEqualTo(Verdict.IN_SYNC);
    assertThat(databases.asked).first().isEqualTo("t ..2026-03-02T00:05:30Z kept");
    assertThat(watch.state().upTo()).contains(Instant.parse("2026-03-02T00:05:30Z"));
  }

  @Test
  void aRoundReadsTheOpenHourAndAnHourThatHasClosedIsKept() {
    table("t", true);
    round();
    databases.asked.clear();

    round();
    assertThat(databases.asked).containsExactly("t 2026-03-02T00:00:00Z..2026-03-02T00:06:00Z");

    databases.asked.clear();
    round(Duration.ofHours(1));
    assertThat(databases.asked)
        .startsWith(
            "t 2026-03-02T00:00:00Z..2026-03-02T01:00:00Z kept",
            "t 2026-03-02T01:00:00Z..2026-03-02T01:06:00Z");
  }

  @Test
  void whatDiffersIsLookedAtAgainUntilItIsEqual() {
    table("t", true);
    databases.hours.put(FIRST.plus(Duration.ofHours(3)), Status.DIFFERS);

    WatchState drift = round();
    assertThat(drift.verdict()).isEqualTo(Verdict.DRIFT);
    assertThat(drift.drifting()).containsEntry("t", 1L);
    assertThat(drift.differences())
        .singleElement()
        .satisfies(d -> assertThat(d.key()).isEqualTo("id=2026-03-01T03:00:00Z"));
    Instant since = drift.tables().get(0).open().get(0).since();

    databases.asked.clear();
    assertThat(round().verdict()).isEqualTo(Verdict.DRIFT);
    assertThat(databases.asked).contains("t 2026-03-01T03:00:00Z..2026-03-01T04:00:00Z");
    assertThat(watch.state().tables().get(0).open().get(0).since()).isEqualTo(since);
    assertThat(watch.state().differences()).hasSize(1);

    databases.hours.clear();
    assertThat(round().verdict()).isEqualTo(Verdict.IN_SYNC);
  }

  @Test
  void aTableWhereMuchDiffersDoesNotKeepOthersFromBeingLookedAtAgain() {
    table("a", true);
    table("b", true);
    databases.ofTable.put("a", new TreeMap<>());
    databases.ofTable.put("b", new TreeMap<>());
    for (int hour = 0; hour < 100; hour++) {
      databases.ofTable.get("a").put(FIRST.plus(Duration.ofHours(hour)), Status.DIFFERS);
    }
    databases.ofTable.get("b").put(FIRST.plus(Duration.ofHours(3)), Status.DIFFERS);
    now = FIRST.plus(Duration.ofHours(101));
    assertThat(round().drifting()).containsKeys("a", "b");

    databases.ofTable.get("b").clear();
    assertThat(round().drifting()).containsOnlyKeys("a");

    databases.ofTable.get("a").keySet().removeIf(h -> h.isAfter(FIRST));
    for (int i = 0; i < 6; i++) {
      round();
    }
    assertThat(watch.state().drifting()).as("each in its turn").containsEntry("a", 1L);
    assertThat(databases.asked.stream().filter(a -> a.startsWith("a ") && !a.endsWith("kept")))
        .as("20 in a round, and the open hour")
        .hasSizeLessThan(7 * 30);
  }

  private void known(Instant upTo, Instant at, boolean grows) {
    table("t", true);
    databases.known.put("t", new Looks.Known(FIRST, upTo, at, grows));
  }

  @Test
  void beginsFromWhatWasVerifiedAndSaysHowOldThatIs() {
    Instant upTo = Instant.parse("2026-03-01T22:00:00Z");
    Instant at = now.minus(Duration.ofMinutes(50));
    known(upTo, at, false);

    assertThat(round().verdict()).isEqualTo(Verdict.IN_SYNC);

    assertThat(databases.asked)
        .first()
        .isEqualTo("t 2026-03-01T22:00:00Z..2026-03-02T00:05:30Z and without kept");
    assertThat(databases.asked).as("a piece of the old").hasSizeLessThanOrEqualTo(2);
    assertThat(watch.state().oldest()).contains(at);
    assertThat(WatchLine.of(watch.state()))
        .isEqualTo(
            "In sync up to 2026-03-02 00:05 UTC: 1 table, in part as compared at 2026-03-01 23:20 UTC.");

    for (int i = 0; i < 121; i++) {
      round();
    }
    assertThat(watch.state().oldest().orElseThrow()).isAfter(watch.state().startedAt());
    assertThat(watch.state().tables().get(0).first()).contains(FIRST);
    assertThat(WatchLine.of(watch.state())).endsWith(": 1 table.");
  }

  @Test
  @Guarantee("G10")
  void rowsWithoutATimeAreReadEvenIfTheFirstLookAfterWhatWasVerifiedFails() {
    known(Instant.parse("2026-03-01T22:00:00Z"), now.minus(Duration.ofMinutes(5)), false);
    databases.failingPlans = 1;
    assertThat(round().verdict()).isEqualTo(Verdict.UNKNOWN);
    databases.asked.clear();
    databases.failingPlans = 0;

    Verdict next = round().verdict();

    assertThat(databases.asked)
        .as("open below, or with them")
        .anyMatch(a -> a.startsWith("t ..") || a.contains("and without"));
    assertThat(next).isEqualTo(Verdict.IN_SYNC);
    databases.asked.clear();
    round();
    assertThat(databases.asked).as("read once, not in every round").hasSizeLessThanOrEqualTo(2);
  }

  @Test
  @Guarantee("G10")
  void whatIsVerifiedIsAskedAgainAfterAnOutageThatCutTheFirstLookOff() {
    known(Instant.parse("2026-03-01T22:00:00Z"), now.minus(Duration.ofMinutes(5)), true);
    databases.lookTakes =
        () -> {
          throw new CannotLookException("target: gone", new IllegalStateException("gone"));
        };
    assertThat(round().verdict()).isEqualTo(Verdict.UNKNOWN);

    databases.lookTakes = () -> {};
    databases.known.clear();
    databases.hours.put(FIRST.plus(Duration.ofHours(3)), Status.DIFFERS);

    assertThat(round(Duration.ofHours(3)).verdict()).isEqualTo(Verdict.DRIFT);
    assertThat(databases.asked).first().asString().startsWith("t ..");
  }

  @Test
  @Guarantee("G10")
  void aServerThatStartedAnewIsBegunWithLikeOneThatWasNeverLookedAt() {
    table("t", true);
    table("u", false);
    assertThat(round().verdict()).isEqualTo(Verdict.IN_SYNC);

    databases.servers = "started from a backup";
    databases.hours.put(FIRST.plus(Duration.ofHours(23)), Status.DIFFERS);
    Instant upTo = Instant.parse("2026-03-01T22:00:00Z");
    databases.known.put("t", new Looks.Known(FIRST, upTo, now.minusSeconds(60), false));
    databases.asked.clear();

    assertThat(round().verdict()).isEqualTo(Verdict.DRIFT);
    assertThat(databases.asked).anyMatch(a -> a.startsWith("t 2026-03-01T22:00:00Z..2026-03-02"));
    assertThat(databases.asked).as("without a time column").anyMatch(a -> a.startsWith("u .."));

    databases.asked.clear();
    round();
    assertThat(databases.asked).as("once").noneMatch(a -> a.startsWith("t 2026-03-01T22"));
  }

  @Test
  void whatIsVerifiedIsNotAskedForWhereEverythingWasLookedAt() {
    table("t", true);
    round();
    databases.known.put("t", new Looks.Known(FIRST, now, now, false));
    databases.away = Optional.of("target: cannot be reached (08001)");
    round();
    databases.away = Optional.empty();
    databases.asked.clear();

    assertThat(round().verdict()).isEqualTo(Verdict.IN_SYNC);
    assertThat(databases.asked).noneMatch(a -> a.contains("without"));
  }

  @Test
  void whatWasVerifiedIsOpenToDamageLikeEverythingElse() {
    known(Instant.parse("2026-03-01T22:00:00Z"), now.minusSeconds(60), true);
    databases.hours.put(FIRST.plus(Duration.ofHours(5)), Status.DIFFERS);
    assertThat(round().verdict()).isEqualTo(Verdict.IN_SYNC);

    Verdict verdict = Verdict.IN_SYNC;
    for (int i = 0; i < 121 && verdict == Verdict.IN_SYNC; i++) {
      verdict = round().verdict();
    }
    assertThat(verdict).isEqualTo(Verdict.DRIFT);
  }

  @Test
  @Guarantee("G10")
  void whatWasVerifiedTooLongAgoIsReadAgainPieceByPieceAndIsNotKnownUntilThen() {
    known(Instant.parse("2026-03-01T22:00:00Z"), now.minus(Duration.ofDays(3)), false);
    databases.lookTakes = () -> now = now.plusSeconds(10);

    WatchState first = round();
    assertThat(first.verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(WatchLine.of(first))
        .isEqualTo(
            "Not known to be in sync. 1 table looked at in part too long ago: being read again.");
    assertThat(databases.asked).as("no longer than a round takes").hasSizeBetween(2, 6);

    Verdict verdict = Verdict.UNKNOWN;
    for (int i = 0; i < 20 && verdict == Verdict.UNKNOWN; i++) {
      verdict = round().verdict();
    }
    assertThat(verdict).isEqualTo(Verdict.IN_SYNC);
    assertThat(databases.asked).noneMatch(a -> a.startsWith("t ..2026-03-02"));
  }

  @Test
  void whatOnlyGrowsNeedNotBeReadAgainHoweverOld() {
    known(Instant.parse("2026-03-01T22:00:00Z"), now.minus(Duration.ofDays(3)), true);

    assertThat(round().verdict()).isEqualTo(Verdict.IN_SYNC);
    assertThat(databases.asked).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void whatIsPendingIsNotYet() {
    table("t", true);
    databases.hours.put(FIRST.plus(Duration.ofHours(3)), Status.NOT_YET);

    assertThat(round().verdict()).isEqualTo(Verdict.NOT_YET);
  }

  @Test
  @Guarantee("G10")
  void aDatabaseThatIsAwayIsNeverInSyncAndDoesNotEndIt() {
    table("t", true);
    assertThat(round().verdict()).isEqualTo(Verdict.IN_SYNC);

    databases.away = Optional.of("target: cannot be reached (08001)");
    WatchState away = round();
    assertThat(away.verdict()).isEqualTo(Verdict.UNKNOWN);
    Instant since = now;
    assertThat(away.away())
        .contains(new WatchState.Away(since, "target: cannot be reached (08001)"));
    assertThat(round().away().orElseThrow().since()).isEqualTo(since);
    assertThat(databases.closed).isEqualTo(1);

    databases.away = Optional.empty();
    assertThat(round().verdict()).isEqualTo(Verdict.IN_SYNC);
    assertThat(databases.opened).isEqualTo(2);
  }

  @Test
  @Guarantee("G10")
  void whatFailedOnTheWayIsNotKnownAndTheConnectionsAreMadeAnew() {
    table("t", true);
    databases.hours.put(FIRST, Status.FAILED);

    assertThat(round().verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(databases.closed).isEqualTo(1);

    databases.hours.clear();
    assertThat(round().verdict()).isEqualTo(Verdict.IN_SYNC);
  }

  @Test
  @Guarantee("G10")
  void aTableThatCannotBeComparedKeepsItFromBeingInSync() {
    table("t", true);
    databases.tables.add(new WatchedTable("u", false, Optional.of("u has no key")));

    assertThat(round().verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(databases.asked).noneMatch(a -> a.contains("u"));
  }

  @Test
  void theOldIsReadAgainPieceByPieceWithinItsTime() {
    table("t", true);
    databases.hours.put(FIRST.plus(Duration.ofHours(5)), Status.EQUAL);
    round();
    databases.asked.clear();
    databases.hours.put(FIRST.plus(Duration.ofHours(5)), Status.DIFFERS);

    Verdict verdict = Verdict.IN_SYNC;
    for (int i = 0; i < 120 && verdict == Verdict.IN_SYNC; i++) {
      verdict = round().verdict();
    }

    assertThat(verdict).as("damage to the old is found within an hour").isEqualTo(Verdict.DRIFT);
    assertThat(
            databases.asked.stream()
                .filter(a -> a.startsWith("t 2026-03-01") || a.startsWith("t ..")))
        .as("not all at once")
        .hasSizeBetween(2, 24);
  }

  @Test
  @Guarantee("G10")
  void theOldOfManyTablesIsReadAgainWithinItsTime() {
    watch = watching(Duration.ofHours(1), Duration.ofDays(1));
    for (int i = 10; i < 50; i++) {
      table("t" + i, true);
    }
    round();
    told.clear();
    databases.asked.clear();

    for (int i = 0; i < 60; i++) {
      assertThat(round(Duration.ofHours(1)).oldest().orElseThrow())
          .isAfterOrEqualTo(now.minus(Duration.ofDays(1)));
    }

    assertThat(told).containsOnly(Verdict.IN_SYNC);
    assertThat(databases.asked).as("a pass takes 16.5 hours").hasSizeBetween(3 * 960, 4 * 960);
  }

  @Test
  @Guarantee("G10")
  void whatCannotBeReadAgainWithinItsTimeIsNotKnown() {
    table("t", true);
    assertThat(round().verdict()).isEqualTo(Verdict.IN_SYNC);

    databases.lookTakes = () -> now = now.plus(Duration.ofMinutes(25));
    for (int i = 0; i < 10; i++) {
      round();
    }

    assertThat(watch.state().verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(WatchLine.of(watch.state()))
        .isEqualTo(
            "Not known to be in sync. 1 table looked at in part too long ago: being read again.");

    databases.lookTakes = () -> {};
    assertThat(round().verdict()).isEqualTo(Verdict.IN_SYNC);
  }

  @Test
  void aTableThatIsReadWholeIsReadAgainBeforeItsTimeIsOver() {
    table("t", false);
    databases.lookTakes = () -> now = now.plus(Duration.ofMinutes(10));
    round();
    told.clear();

    for (int i = 0; i < 300; i++) {
      round();
    }

    assertThat(told).containsOnly(Verdict.IN_SYNC);
    assertThat(databases.asked).as("no more often than it must").hasSizeBetween(4, 9);
  }

  @Test
  void whatCouldNotBeTakenBackIsKnownUntilItCouldOrNothingDiffers() {
    table("t", true);
    databases.hours.put(FIRST, Status.DIFFERS);
    databases.notTakenBack.put("t", "no privilege");
    assertThat(round().tables().get(0).notTakenBack()).contains("no privilege");

    databases.away = Optional.of("target: gone");
    assertThat(round().tables().get(0).notTakenBack()).contains("no privilege");

    databases.away = Optional.empty();
    databases.notTakenBack.clear();
    assertThat(round().tables().get(0).notTakenBack()).as("looked at again").isEmpty();

    databases.notTakenBack.put("t", "no privilege");
    assertThat(round().tables().get(0).notTakenBack()).isPresent();
    databases.hours.clear();
    databases.notTakenBack.clear();
    assertThat(round().tables().get(0).notTakenBack()).as("nothing differs").isEmpty();
  }

  @Test
  void aNewTableIsLookedAtAndOneThatIsGoneIsForgotten() {
    table("t", true);
    round();
    table("late", false);
    round();
    assertThat(watch.state().tables())
        .extracting(WatchState.TableDrift::table)
        .containsExactly("late", "t");
    assertThat(watch.state().verdict()).isEqualTo(Verdict.IN_SYNC);

    databases.tables.remove(0);
    round();
    assertThat(watch.state().tables())
        .extracting(WatchState.TableDrift::table)
        .containsExactly("late");
  }

  @Test
  void whatIsRememberedStaysSmallHoweverMuchDiffersAndHoweverLong() {
    table("t", true);
    for (int hour = 0; hour < 24; hour++) {
      databases.hours.put(FIRST.plus(Duration.ofHours(hour)), Status.DIFFERS);
    }
    Instant time = now;
    for (int day = 0; day < 200; day++) {
      time = time.plus(Duration.ofDays(1));
      for (int hour = 0; hour < 24; hour++) {
        databases.hours.put(
            FIRST.plus(Duration.ofDays(day + 1L)).plus(Duration.ofHours(hour)), Status.DIFFERS);
      }
    }
    now = time;

    for (int i = 0; i < 15; i++) {
      round(Duration.ofHours(1));
    }

    assertThat(watch.state().tables().get(0).open()).hasSizeBetween(2, 500);
    assertThat(watch.state().differences()).hasSize(50);
    assertThat(watch.state().verdict()).isEqualTo(Verdict.DRIFT);
  }
}
