package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.jdbc.config.Tolerance;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.KeptUse;
import io.dualwrite.reconciler.compare.NotReadAgain;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A comparison that goes on where the world is no more what it was when it was interrupted. */
@WithDatabases
@Guarantee("G10")
class ResumeAfterChangesTest {
  private static final KeptUse RESUME = new KeptUse(true, false);

  private final TestDatabases dbs;
  private final TwoDatabases two;

  ResumeAfterChangesTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.two = with(TableOverride.builder().timeColumn("at").build());
  }

  /** The same databases under other settings of the table. */
  private TwoDatabases with(TableOverride flights) {
    return new TwoDatabases(
        dbs,
        MigrationConfig.builder("test")
            .tables(
                new TablesConfig(List.of("public.*"), List.of(), Map.of("public.flights", flights)))
            .build());
  }

  private static final class Stop extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Flights are through and equal; the second table is not begun. */
  @BeforeEach
  void interrupted() throws SQLException {
    two.both(
        "create table flights (id bigint primary key, at timestamptz not null, delay float8, gate text)",
        "create index on flights (at)",
        "insert into flights select i, timestamptz '2001-01-01Z' + i * interval '1 min', i, 'A' from generate_series(0, 299) i",
        "create table later (id bigint primary key)",
        "insert into later select generate_series(0, 99)");
    two.reconciler.init();
    Progress stops =
        new Progress() {
          @Override
          public void begin(String table, int windows) {
            if (table.equals("public.later")) {
              throw new Stop();
            }
          }
        };
    assertThatExceptionOfType(Stop.class)
        .isThrownBy(() -> two.reconciler.compare(options(two), stops));
  }

  private static CompareOptions options(TwoDatabases databases) {
    return databases.options().parallelism(1);
  }

  private static Comparison resume(TwoDatabases databases) {
    Comparison comparison = databases.compare(options(databases).kept(RESUME));
    assertThat(comparison.kept().notes()).anyMatch(n -> n.startsWith("goes on with the compare"));
    return comparison;
  }

  private static void assertFromItsBeginning(TableComparison flights) {
    assertThat(flights.notReadAgain()).isEmpty();
    assertThat(flights.notes()).anyMatch(n -> n.startsWith("compared from its beginning"));
  }

  @Test
  void toleranceThatIsDeclaredNow() throws SQLException {
    two.target("update flights set delay = delay + 0.5 where id = 7");

    TableComparison flights =
        resume(
                with(
                    TableOverride.builder()
                        .timeColumn("at")
                        .tolerances(Map.of("delay", Tolerance.parse("0.1")))
                        .build()))
            .tables()
            .get(0);

    assertFromItsBeginning(flights);
    assertThat(flights.changed()).isEqualTo(1);
  }

  @Test
  void columnThatIsIgnoredNow() throws SQLException {
    TableComparison flights =
        resume(with(TableOverride.builder().timeColumn("at").ignoreColumns("gate").build()))
            .tables()
            .get(0);

    assertFromItsBeginning(flights);
  }

  @Test
  void tableOfAnotherNameInTheTarget() throws SQLException {
    two.target(
        "create table flights_new (like flights including all)",
        "insert into flights_new select * from flights where id <> 5");

    TableComparison flights =
        resume(with(TableOverride.builder().timeColumn("at").target("public.flights_new").build()))
            .tables()
            .get(0);

    assertFromItsBeginning(flights);
    assertThat(flights.missing()).isEqualTo(1);
  }

  @Test
  void tableThatWasDroppedInTheTarget() throws SQLException {
    two.target("drop table flights");

    Comparison comparison = resume(two);

    assertThat(comparison.inSync()).isFalse();
    assertThat(comparison.tables())
        .anyMatch(t -> t.table().equals("public.flights") && t.count(Status.SKIPPED) == 1);
  }

  @Test
  void tableThatWasDroppedOnBothSides() throws SQLException {
    two.both("drop table flights");

    Comparison comparison = resume(new TwoDatabases(dbs));

    assertThat(comparison.tables())
        .filteredOn(t -> t.count(Status.SKIPPED) == 0)
        .extracting(TableComparison::table)
        .containsExactly("public.later");
  }

  @Test
  void tableThatWasMadeAnewAsARestoreDoes() throws SQLException {
    two.target(
        "create table other as select * from flights where id <> 5",
        "drop table flights",
        "create table flights (id bigint primary key, at timestamptz not null, delay float8, gate text)",
        "insert into flights select * from other",
        "drop table other");

    TableComparison flights = resume(two).tables().get(0);

    assertFromItsBeginning(flights);
    assertThat(flights.missing()).isEqualTo(1);
  }

  @Test
  void indexThatWasDropped() throws SQLException {
    two.both("drop index flights_at_idx", "create index on flights (gate, at)");

    Comparison comparison = resume(two);

    assertThat(comparison.inSync()).isTrue();
    assertThat(comparison.tables().get(0).notReadAgain())
        .extracting(NotReadAgain::reason)
        .containsExactly(NotReadAgain.Reason.RESUMED);
  }

  @Test
  void clockOfTheTargetThatWasSetBack() throws SQLException {
    two.target(
        "truncate dualwrite.verified",
        "update dualwrite.runs set started_at = started_at + interval '1 day', seen_at = seen_at + interval '1 day', host = 'elsewhere', pid = 7",
        "update dualwrite.run_tables set began_at = began_at + interval '1 day'");
    two.source(
        "insert into dualwrite.gaps (migration, instance, reason, since, until) values ('test', 'app', 'kill switch', now() - interval '1 hour', now())");

    Comparison comparison = resume(two);

    assertThat(comparison.inSync()).isTrue();
    assertThat(
            dbs.queryValue(
                dbs.source(), "select count(*) from dualwrite.gaps where reconciled_at is null"))
        .as("the gap ended after flights were read")
        .isEqualTo("1");
    assertThat(
            dbs.query(
                dbs.target(),
                "select up_to from dualwrite.verified where table_name = 'public.flights'"))
        .as("rows may have come since")
        .isEmpty();
  }

  @Test
  void twoProcessesAtOnce() throws Exception {
    CyclicBarrier together = new CyclicBarrier(4);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<Boolean>> went = new ArrayList<>();
    Callable<Boolean> one =
        () -> {
          together.await(2, TimeUnit.MINUTES);
          try {
            Comparison comparison = two.compare(options(two).kept(RESUME));
            assertThat(comparison.inSync()).isTrue();
            return comparison.kept().notes().stream().anyMatch(n -> n.startsWith("goes on with"));
          } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("is still under way");
            return false;
          }
        };
    for (int i = 0; i < 4; i++) {
      went.add(threads.submit(one));
    }
    int goingOn = 0;
    for (Future<Boolean> each : went) {
      goingOn += each.get(3, TimeUnit.MINUTES) ? 1 : 0;
    }
    threads.shutdown();

    assertThat(goingOn).as("one goes on; others are refused, or begin anew after it").isEqualTo(1);
    assertThat(
            dbs.queryValue(
                dbs.target(), "select count(*) from dualwrite.runs where ended_at is null"))
        .isEqualTo("0");
  }

  @Test
  void schemaOfAnEarlierVersion() throws SQLException {
    two.target("drop table dualwrite.lowered");

    assertThatExceptionOfType(ReconcilerException.class)
        .isThrownBy(() -> two.compare(options(two).kept(RESUME)))
        .withMessageContaining("has no table lowered (`reconciler init` adds it)");

    two.reconciler.init();
    assertThat(resume(two).inSync()).isTrue();
  }
}
