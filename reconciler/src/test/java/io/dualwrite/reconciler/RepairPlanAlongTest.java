package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.reconciler.repair.RepairPlan;
import io.dualwrite.reconciler.repair.RepairPlan.TablePlan;
import io.dualwrite.reconciler.report.NextStep;
import io.dualwrite.reconciler.report.TextReport;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A dry run counts the rows that go along with those that are repaired. */
@WithDatabases
class RepairPlanAlongTest {
  private final TwoDatabases two;

  RepairPlanAlongTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  @BeforeEach
  void tables() throws SQLException {
    two.both(
        "create table cities (id int primary key)",
        "create table airports (id int primary key, city int references cities)",
        "create table flights (id int primary key, airport int not null references airports, at timestamptz)",
        "create table notes (id int primary key, airport int references airports on delete set null)",
        "insert into cities select generate_series(1, 20)",
        "insert into airports select i, 1 + i % 20 from generate_series(1, 100) i",
        "insert into flights select i, 1 + i % 100, timestamptz '2001-01-01Z' + i * interval '1 h' from generate_series(1, 3000) i",
        "insert into notes select i, i from generate_series(1, 50) i");
  }

  private CompareOptions only(String... tables) {
    return two.options().tables(List.of(tables)).parallelism(1);
  }

  private RepairPlan assertAsPlanned(RepairOptions options) {
    RepairPlan plan = two.reconciler.planRepair(options, Progress.NONE);
    Repair repair = two.repair(options);
    assertThat(plan.tables())
        .filteredOn(t -> t.asked() || t.copied() > 0)
        .extracting(t -> t.table() + ": " + t.copied() + ", " + t.deleted())
        .containsExactlyInAnyOrderElementsOf(
            repair.tables().stream()
                .map(t -> t.table() + ": " + t.copied() + ", " + t.deleted())
                .toList());
    assertThat(plan.stopped()).isEqualTo(repair.stopped());
    return plan;
  }

  private static TablePlan of(RepairPlan plan, String table) {
    return plan.tables().stream()
        .filter(t -> t.table().equals(table))
        .findFirst()
        .orElseThrow(() -> new AssertionError(table + " is not in " + plan.tables()));
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, 0, 1, 2, 3, 4, 10, 33, 35, 36, 40, 200})
  void parentsOfRowsThatAreCopied(long changes) throws SQLException {
    two.target(
        "delete from notes where airport in (3, 23, 5)",
        "delete from flights where airport in (3, 23, 5) or id = 7",
        "delete from airports where id in (3, 23, 5)",
        "delete from cities where id = 6 and not exists (select from airports where city = 6)");

    RepairPlan plan = assertAsPlanned(RepairOptions.of(only("public.flights")).maxChanges(changes));

    if (changes == Long.MAX_VALUE) {
      assertThat(plan.copied()).isEqualTo(91 + 3);
      assertThat(of(plan, "public.airports")).matches(t -> t.copied() == 3 && !t.asked());
    }
  }

  @Test
  void parentsOfParentsAndOfAPart() throws SQLException {
    two.source(
        "insert into cities values (100)",
        "insert into airports values (200, 100), (201, 100)",
        "insert into flights values (9001, 200, '2001-01-02Z'), (9002, 201, '2001-01-02Z'), (9003, 200, '2009-01-01Z')");

    RepairPlan plan =
        assertAsPlanned(
            RepairOptions.of(
                only("public.flights", "public.airports")
                    .range(Optional.of("2001-01-01"), Optional.of("2001-01-03"))));

    assertThat(of(plan, "public.cities").copied()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, 0, 1, 2, 3, 4, 5})
  void childrenOfRowsThatAreDeleted(long changes) throws SQLException {
    two.target(
        "insert into airports values (500, 1), (501, 1), (502, 1), (503, 1)",
        "update flights set airport = 500 where id in (7, 8)",
        "insert into flights values (9001, 501, now())",
        "update notes set airport = 502 where id in (1, 2, 3)");

    RepairPlan plan =
        assertAsPlanned(
            RepairOptions.of(only("public.airports")).deleteExtra(true).maxChanges(changes));

    if (changes == Long.MAX_VALUE) {
      assertThat(of(plan, "public.airports").deleted()).isEqualTo(1);
      assertThat(of(plan, "public.airports").problem())
          .contains(
              "extra rows stay to which rows of public.flights, public.notes refer, which are not to be changed or deleted");
      assertThat(plan.tables()).allMatch(TablePlan::asked);
      assertThat(new TextReport(new NextStep("reconciler", List.of(), List.of())).of(plan, true))
          .contains(
              "public.airports: extra rows stay to which rows of public.flights, public.notes refer",
              "A repair would insert 0, update 0 and delete 1 rows in the target.");
      assertThat(
              two.dbs.query(
                  two.dbs.target(),
                  "select from flights where airport in (500, 501) union all select from notes where airport = 502"))
          .as("rows of tables that were not asked for")
          .hasSize(6);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, 0, 1, 2, 3, 4, 5, 7, 8, 20, 40, 41, 100})
  void whereEverythingIsRepairedNothingElseGoesAlong(long changes) throws SQLException {
    two.target(
        "insert into airports values (500, 1)",
        "update flights set airport = 500 where id in (7, 8)",
        "update notes set airport = 500 where id in (1, 2)",
        "insert into notes values (99, 500)",
        "delete from flights where airport = 9",
        "delete from notes where airport = 9",
        "delete from airports where id = 9");

    RepairPlan plan =
        assertAsPlanned(
            RepairOptions.of(two.options().parallelism(1)).deleteExtra(true).maxChanges(changes));

    assertThat(plan.tables()).allMatch(TablePlan::asked);
    if (changes == Long.MAX_VALUE) {
      assertThat(of(plan, "public.notes")).matches(t -> t.copied() == 3 && t.deleted() == 1);
    }
  }
}
