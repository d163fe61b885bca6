package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.ReconcilerConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.KeptUse;
import io.dualwrite.reconciler.compare.NotReadAgain;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.reconciler.state.KeptState;
import io.dualwrite.reconciler.window.WindowSize;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Repairs from kept differences, and repairs that go on after an interruption. */
@WithDatabases
class RepairFromLastTest {
  private final TwoDatabases two;

  RepairFromLastTest(TestDatabases dbs) throws SQLException {
    this.two = new TwoDatabases(dbs);
    two.both(
        "create table airports (id text primary key)",
        "create table flights (id bigint, at timestamptz, airport text references airports, primary key (id, at))",
        "insert into airports select 'A' || i from generate_series(0, 9) i",
        "insert into flights select i, timestamptz '2001-01-01Z' + i * interval '1 min', 'A' || i % case when i < 3000 then 10 else 3 end from generate_series(0, 60 * 100 - 1) i");
    two.reconciler.init();
  }

  private RepairOptions fromLast() {
    return RepairOptions.of(two.options()).fromLast(true);
  }

  private void damage() throws SQLException {
    two.target(
        "delete from flights where airport = 'A3'",
        "delete from airports where id = 'A3'",
        "update flights set airport = 'A1' where id = 100",
        "insert into flights values (-1, '2001-01-02 10:30Z', 'A2')");
  }

  @Test
  void repairsWhatWasFoundParentsFirstWithoutReadingTheRest() throws SQLException {
    damage();
    assertThat(two.compare().inSync()).isFalse();
    // Not found by the comparison, so not repaired.
    two.target("delete from flights where id = 5400");

    Repair repair = two.repair(fromLast());

    assertThat(repair.copied()).isEqualTo(302);
    assertThat(repair.deleted()).isZero();
    TableComparison flights = repair.after().tables().get(1);
    assertThat(flights.extra()).as("extra rows stay").isEqualTo(1);
    assertThat(flights.count(Status.DIFFERS)).isEqualTo(1);
    assertThat(flights.notReadAgain())
        .extracting(NotReadAgain::reason)
        .containsExactly(NotReadAgain.Reason.EQUAL_BEFORE);
    assertThat(two.repair(fromLast().deleteExtra(true)).deleted()).isEqualTo(1);

    Comparison again = two.reconciler.compareDifferences(two.options(), Progress.NONE);
    assertThat(again.tables().get(1).windows()).isEmpty();
    assertThat(again.inSync()).as("nothing was looked at").isFalse();
    assertThat(two.compare().tables().get(1).missing()).isEqualTo(1);
  }

  @Test
  @Guarantee("G4")
  void whatHasBecomeRightOrOtherMeanwhileIsLeftAsItIs() throws SQLException {
    damage();
    two.compare();
    two.target(
        "insert into airports values ('A3')", "update flights set airport = 'A0' where id = 100");
    two.source(
        "update flights set airport = 'A9' where id = 3", "delete from flights where id = 13");
    two.target(
        "insert into flights values (3, '2001-01-01 00:03Z', 'A9')",
        "delete from flights where id = -1");
    two.source("insert into flights values (-1, '2001-01-02 10:30Z', 'A2')");

    Repair repair = two.repair(fromLast().deleteExtra(true));

    // 300 were missing; one was deleted at the source, one has arrived. The extra row is missing
    // now.
    assertThat(repair.copied()).isEqualTo(299);
    assertThat(repair.deleted()).isZero();
    assertThat(repair.after().nothingFound()).isTrue();
    two.dbs.assertSameRows("table flights");
  }

  private CompareOptions part() {
    return two.options()
        .range(Optional.of("2001-01-01T00:30:00Z"), Optional.of("2001-01-01T01:30:00Z"));
  }

  @Test
  void aComparisonOfAPartIsNotTakenForOneOfTheTable() throws SQLException {
    two.target("delete from flights where id in (60, 5, 200)");
    two.compare(part());

    Repair repair = two.repair(fromLast());

    assertThat(repair.copied()).isZero();
    assertThat(repair.after().tables().get(1).windows().get(0).reason().orElseThrow())
        .startsWith("no comparison of the whole table is kept");
  }

  @Test
  void aPartAndAWatchComparedLaterLeaveWhatTheWholeComparisonFound() throws SQLException {
    two.target("delete from flights where id in (60, 5, 200)");
    two.compare();

    two.compare(part());
    two.reconciler.look(part(), true);
    two.compare(part());

    KeptState kept = two.reconciler.status().kept();
    assertThat(kept.tables().get(1).last().orElseThrow().missing()).isEqualTo(3);
    assertThat(two.repair(fromLast()).copied()).isEqualTo(3);
    assertThat(two.reconciler.status().kept().tables().get(1).last().orElseThrow().missing())
        .isZero();
  }

  @Test
  void tablesComparedAloneTakeThePlaceOfTheirLastComparisonOnly() throws SQLException {
    damage();
    two.compare();

    two.target("delete from flights where id = 5400");
    two.compare(two.options().tables(List.of("public.flights")));

    assertThat(two.repair(fromLast()).copied()).isEqualTo(303);
  }

  @Test
  void rowsMayStillComeAsLateAsConfiguredIntoWhatIsLookedAtAgain() throws SQLException {
    TwoDatabases late =
        new TwoDatabases(
            two.dbs,
            MigrationConfig.builder("test")
                .reconciler(new ReconcilerConfig(Duration.ofHours(1), 1, Duration.ofDays(1)))
                .build());
    late.both(
        "truncate flights",
        "insert into flights select i, timestamptz '"
            + Instant.now()
            + "' - i * interval '1 min', 'A1' from generate_series(0, 179) i");
    late.target("delete from flights where id = 179");
    CompareOptions hours = late.options().window(WindowSize.of(Duration.ofHours(1)));
    late.compare(hours);

    assertThat(late.repair(RepairOptions.of(hours).fromLast(true)).copied()).isEqualTo(1);

    assertThat(
            late.dbs.query(
                late.dbs.target(),
                "select up_to from dualwrite.verified where table_name = 'public.flights'"))
        .isEmpty();
  }

  @Test
  void aLimitOfChangesHolds() throws SQLException {
    damage();
    two.compare();

    Repair repair = two.repair(fromLast().maxChanges(5));

    assertThat(repair.copied()).isEqualTo(5);
    assertThat(repair.stopped()).isTrue();
    assertThat(repair.after().nothingFound()).isFalse();
  }

  @Test
  @Guarantee("G10")
  void whatWasNeverComparedInThisFormIsSaidToBeUnknown() throws SQLException {
    damage();
    Comparison never = two.repair(fromLast()).after();
    assertThat(never.count(Status.FAILED)).isEqualTo(2);
    assertThat(never.nothingFound()).isFalse();

    two.compare();
    two.both("alter table flights add column gate int");
    Repair repair = two.repair(fromLast());

    assertThat(repair.copied()).as("the airport").isEqualTo(1);
    assertThat(repair.after().tables().get(1).windows().get(0).reason().orElseThrow())
        .startsWith("no comparison of the whole table is kept, or its form");
  }

  @Test
  void withoutAKeptComparisonItIsRefused() throws SQLException {
    two.target("drop table dualwrite.run_windows");

    assertThatExceptionOfType(ReconcilerException.class)
        .isThrownBy(() -> two.repair(fromLast()))
        .withMessageStartingWith("--from-last: no comparison was kept: ");
  }

  @Test
  void tablesWithoutAKeyAreReplaced() throws SQLException {
    TableOverride override = TableOverride.builder().keylessRanges(true).build();
    TwoDatabases keyless =
        new TwoDatabases(
            two.dbs,
            MigrationConfig.builder("test")
                .tables(
                    new TablesConfig(
                        List.of("public.*"), List.of(), Map.of("public.notes", override)))
                .build());
    keyless.both("create table notes (body text)", "insert into notes values ('a'), ('b')");
    keyless.target("delete from notes where body = 'a'");
    keyless.compare();

    Repair repair = keyless.repair(RepairOptions.of(keyless.options()).fromLast(true));

    assertThat(repair.after().nothingFound()).isTrue();
    two.dbs.assertSameRows("table notes");
  }

  private static final class Stop extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @Test
  void anInterruptedRepairGoesOnWithTheSameTotals() throws SQLException {
    damage();
    AtomicBoolean copying = new AtomicBoolean();
    AtomicInteger chunks = new AtomicInteger();
    Progress stops =
        new Progress() {
          @Override
          public void begin(String table, int windows) {
            copying.set(table.equals("public.flights"));
          }

          @Override
          public void advance(String table, int windows, long rows) {
            if (copying.get() && rows > 0) {
              chunks.incrementAndGet();
              throw new Stop();
            }
          }
        };
    RepairOptions options = RepairOptions.of(two.options()).deleteExtra(true);
    assertThatExceptionOfType(Stop.class).isThrownBy(() -> two.reconciler.repair(options, stops));
    assertThat(chunks).hasValue(1);

    Repair repair =
        two.repair(
            RepairOptions.of(two.options().kept(new KeptUse(true, false))).deleteExtra(true));

    assertThat(repair.after().inSync()).isTrue();
    assertThat(repair.copied()).isEqualTo(302);
    assertThat(repair.deleted()).isEqualTo(1);
    assertThat(repair.after().kept().notes())
        .anyMatch(n -> n.startsWith("goes on with the repair"));
    two.dbs.assertSameRows("table flights");
  }
}
