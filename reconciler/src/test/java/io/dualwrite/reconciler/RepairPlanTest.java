package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.Phase;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.ReconcilerConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.compare.KeptUse;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.reconciler.repair.RepairPlan;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A dry run says just what the repair behind it does. */
@WithDatabases
class RepairPlanTest {
  private final TwoDatabases two;

  RepairPlanTest(TestDatabases dbs) throws SQLException {
    TableOverride log = TableOverride.builder().timeColumn("at").appendOnly(true).build();
    TableOverride keyless = TableOverride.builder().keylessRanges(true).build();
    this.two =
        new TwoDatabases(
            dbs,
            MigrationConfig.builder("test")
                .tables(
                    new TablesConfig(
                        List.of("public.*"),
                        List.of(),
                        Map.of("public.log", log, "public.k", keyless)))
                .reconciler(new ReconcilerConfig(Duration.ofDays(1), 4, Duration.ofMinutes(5)))
                .build());
    two.both(
        "create table airports (id int primary key, name text)",
        "create table flights (id int primary key, airport int references airports, at timestamptz)",
        "create table log (id int, at timestamptz, v int, primary key (id, at))",
        "create table k (v int)",
        "insert into airports select i, 'x' from generate_series(1, 100) i",
        "insert into flights select i, 1 + i % 90, timestamptz '2001-01-01Z' + i * interval '1 h' from generate_series(1, 2000) i",
        "insert into log select i, timestamptz '2001-01-01Z' + i * interval '1 h', i from generate_series(1, 2000) i",
        "insert into k select i % 7 from generate_series(1, 50) i");
    two.reconciler.init();
  }

  private void damage() throws SQLException {
    two.target(
        "delete from flights where airport = 3",
        "delete from airports where id = 3",
        "update airports set name = 'y' where id in (7, 8)",
        "insert into airports values (1001, 'extra'), (1002, 'extra')",
        "insert into flights values (9001, 1001, '2001-01-01Z')",
        "update flights set at = at + interval '3 d' where id in (50, 51)",
        "delete from log where id between 100 and 149",
        "update log set v = 0 where id in (500, 501)",
        "insert into k values (77)");
  }

  static Stream<RepairOptions> options() {
    RepairOptions all =
        RepairOptions.of(
            io.dualwrite.reconciler.compare.CompareOptions.of(
                    new ReconcilerConfig(Duration.ofDays(1), 4, Duration.ofMinutes(5)))
                .patience(Duration.ZERO));
    return Stream.of(
        all,
        all.deleteExtra(true),
        all.maxChanges(0),
        all.maxChanges(10),
        all.maxChanges(60),
        all.deleteExtra(true).maxChanges(2),
        all.deleteExtra(true).maxChanges(10),
        all.deleteExtra(true).maxChanges(120),
        all.fromLast(true),
        all.fromLast(true).deleteExtra(true),
        all.fromLast(true).deleteExtra(true).maxChanges(20),
        RepairOptions.of(all.compare().range(Optional.of("2001-01-03"), Optional.of("2001-01-20"))),
        RepairOptions.of(all.compare().tables(List.of("public.k", "public.log"))).deleteExtra(true),
        RepairOptions.of(all.compare().maxDifferences(0)));
  }

  private void assertAsPlanned(RepairOptions options) {
    RepairPlan plan = two.reconciler.planRepair(options, Progress.NONE);
    assertThat(two.reconciler.planRepair(options, Progress.NONE).tables()).isEqualTo(plan.tables());
    Repair repair = two.repair(options);

    assertThat(plan.tables())
        .extracting(t -> t.table() + ": " + t.copied() + ", " + t.deleted())
        .containsExactlyElementsOf(
            repair.tables().stream()
                .map(t -> t.table() + ": " + t.copied() + ", " + t.deleted())
                .toList());
    assertThat(plan.stopped()).isEqualTo(repair.stopped());
    assertThat(plan.tables().stream().flatMap(t -> t.problem().stream()).toList())
        .isEqualTo(repair.tables().stream().flatMap(t -> t.problems().stream()).toList());
    assertThat(plan.tables()).noneMatch(RepairPlan.TablePlan::atLeast);
  }

  @ParameterizedTest
  @MethodSource("options")
  void itDoesWhatItSaid(RepairOptions options) throws SQLException {
    damage();
    two.compare();

    assertAsPlanned(options);
  }

  /**
   * What an append-only table has verified is not read again by a comparison, but is by a repair.
   */
  @ParameterizedTest
  @MethodSource("options")
  void alsoBehindTheWatermark(RepairOptions options) throws SQLException {
    assertThat(two.compare().inSync()).isTrue();
    damage();
    two.compare();

    assertAsPlanned(options);
  }

  @Test
  void rowsThatWouldTakeOthersAlongStay() throws SQLException {
    damage();
    two.target(
        "create table own (id int primary key, airport int references airports on delete cascade)",
        "insert into own values (1, 5)");

    assertAsPlanned(RepairOptions.of(two.options()).deleteExtra(true));
  }

  private List<String> control() throws SQLException {
    List<String> all = new ArrayList<>();
    for (String table : List.of("runs", "run_tables", "run_windows", "gaps")) {
      String sql = "select to_jsonb(t)::text from dualwrite." + table + " t order by 1";
      two.dbs.query(two.dbs.source(), sql).forEach(r -> all.add("source " + table + r));
      two.dbs.query(two.dbs.target(), sql).forEach(r -> all.add("target " + table + r));
    }
    return all;
  }

  private void gap() throws SQLException {
    two.source(
        "insert into dualwrite.gaps (migration, instance, reason, since, until) values ('test', 'app', 'kill switch', now() - interval '1 hour', now() - interval '1 minute')",
        "insert into dualwrite.gaps (migration, instance, reason, since) values ('test', 'vanished', 'kill switch', now() - interval '1 hour')");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingIsKeptOfADryRun(boolean fromLast) throws SQLException {
    RepairOptions options = RepairOptions.of(two.options()).fromLast(fromLast);
    damage();
    two.compare();
    two.target("delete from flights where id between 300 and 310");
    Progress stops =
        new Progress() {
          @Override
          public void advance(String table, int windows, long rows) {
            throw new IllegalStateException("stopped");
          }
        };
    assertThatThrownBy(
            () ->
                two.reconciler.compare(
                    options.compare().kept(new KeptUse(false, true)).parallelism(1), stops))
        .hasMessageContaining("stopped");
    gap();
    List<String> before = control();

    two.reconciler.planRepair(options, Progress.NONE);

    assertThat(control()).isEqualTo(before);
  }

  @Test
  void aDryRunThatIsInSyncReconcilesNoGaps() throws SQLException {
    two.compare();
    gap();
    List<String> before = control();

    assertThat(
            two.reconciler
                .planRepair(RepairOptions.of(two.options()), Progress.NONE)
                .comparison()
                .inSync())
        .isTrue();

    assertThat(control()).isEqualTo(before);
  }

  @Test
  void thereIsNothingThatADryRunCouldGoOnWith() {
    RepairOptions options = RepairOptions.of(two.options().kept(new KeptUse(true, false)));

    assertThatThrownBy(() -> two.reconciler.planRepair(options, Progress.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--resume does not go with --dry-run");
  }

  @Test
  void itRefusesWhatTheRepairRefuses() throws SQLException {
    TwoDatabases swapped =
        new TwoDatabases(
            two.dbs, MigrationConfig.builder("test").phase(Phase.TARGET_PRIMARY).build());
    two.both("drop schema dualwrite cascade");

    assertThatThrownBy(
            () -> swapped.reconciler.planRepair(RepairOptions.of(two.options()), Progress.NONE))
        .isInstanceOf(ReconcilerException.class)
        .hasMessageContaining("the target is primary");
  }
}
