package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.KeptUse;
import io.dualwrite.reconciler.compare.NotReadAgain;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.compare.Sample;
import io.dualwrite.reconciler.compare.WindowResult;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.reconciler.window.WindowSize;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whoever finds a difference in what was verified of an append-only table takes that back: the next
 * comparison reads it again and is not in sync.
 */
@WithDatabases
@Guarantee("G10")
class LoweredWatermarkTest {
  private static final KeptUse ALL = new KeptUse(false, true);
  private static final String DAMAGE = "update metrics set v = -1 where id = 60 * 24 + 61";

  private final TwoDatabases two;

  LoweredWatermarkTest(TestDatabases dbs) {
    TableOverride grows = TableOverride.builder().timeColumn("at").appendOnly(true).build();
    this.two =
        new TwoDatabases(
            dbs,
            MigrationConfig.builder("test")
                .tables(
                    new TablesConfig(
                        List.of("public.*"), List.of(), Map.of("public.metrics", grows)))
                .build());
  }

  @BeforeEach
  void verified() throws SQLException {
    two.both(
        "create table metrics (id bigint primary key, at timestamptz not null, v float8)",
        "create index on metrics (at)",
        "insert into metrics select i, timestamptz '2001-01-01Z' + i * interval '1 min', i from generate_series(0, 60 * 24 * 3 - 1) i");
    two.reconciler.init();
    assertThat(two.compare(hours()).inSync()).isTrue();
    assertThat(two.compare(hours()).tables().get(0).sourceRows()).as("nothing is read").isZero();
  }

  private CompareOptions hours() {
    return two.options().parallelism(1).window(WindowSize.of(Duration.ofHours(1)));
  }

  private void assertReadAgain() {
    Comparison next = two.compare(hours());
    assertThat(next.inSync()).isFalse();
    assertThat(next.tables().get(0).changed()).isEqualTo(1);
    assertThat(next.tables().get(0).notReadAgain())
        .extracting(NotReadAgain::upTo)
        .containsExactly(Optional.of("2001-01-02T01:00:00Z"));
  }

  @Test
  void aSample() throws SQLException {
    two.target(DAMAGE);

    Comparison sample = two.compare(hours().sample(Optional.of(Sample.parse("100%"))));

    assertThat(sample.tables().get(0).changed()).isEqualTo(1);
    assertReadAgain();
  }

  @Test
  void aLookOfAWatchThatKeepsNothing() throws SQLException {
    two.target(DAMAGE);

    Comparison look =
        two.reconciler.look(
            hours().range(Optional.of("2001-01-01T22:00:00Z"), Optional.of("2001-01-02T03:00:00Z")),
            false);

    assertThat(look.tables().get(0).changed()).isEqualTo(1);
    assertReadAgain();
  }

  @Test
  void aLookOfAWatchThatIsKept() throws SQLException {
    two.target(DAMAGE);

    two.reconciler.look(
        hours().range(Optional.of("2001-01-01T22:00:00Z"), Optional.of("2001-01-02T03:00:00Z")),
        true);

    assertReadAgain();
  }

  @Test
  void aComparisonOfAPart() throws SQLException {
    two.target(DAMAGE);

    two.compare(
        hours().range(Optional.of("2001-01-02T00:30:00Z"), Optional.of("2001-01-02T03:00:00Z")));

    assertReadAgain();
  }

  @Test
  void aPartOfATableWithoutATimeIsAllOfIt() throws SQLException {
    two.both(
        "create table plain (id bigint primary key, v int)", "insert into plain values (1, 1)");
    String verified = "select up_to from dualwrite.verified where table_name = 'public.plain'";
    two.compare(hours());
    assertThat(two.dbs.query(two.dbs.target(), verified)).hasSize(1);
    two.target("update plain set v = 2");

    interrupted(
        hours()
            .range(Optional.of("2001-01-02T00:30:00Z"), Optional.of("2001-01-02T03:00:00Z"))
            .tables(List.of("public.plain")));

    assertThat(two.dbs.query(two.dbs.target(), verified)).isEmpty();
    assertThat(
            two.dbs.queryValue(
                two.dbs.target(),
                "select range_from from dualwrite.lowered where table_name = 'public.plain'"))
        .isEmpty();
  }

  @Test
  void whatCannotBeTakenBackIsSaid() throws SQLException {
    two.target(DAMAGE, "drop table dualwrite.lowered");
    CompareOptions part =
        hours().range(Optional.of("2001-01-01T22:00:00Z"), Optional.of("2001-01-02T03:00:00Z"));

    assertSaidOnce(two.compare(hours().kept(ALL)));
    assertSaidOnce(two.compare(hours().sample(Optional.of(Sample.parse("100%")))));
    assertSaidOnce(two.reconciler.look(part, false));
    assertSaidOnce(two.reconciler.look(part, true));

    two.target("truncate dualwrite.verified");
    assertThat(two.compare(hours().kept(ALL)).kept().notes()).noneMatch(n -> n.contains("--all"));
  }

  @Test
  void whatIsReadEachTimeNeedNotBeTakenBack() throws SQLException {
    two.both(
        "create table plain (id bigint primary key, v int)", "insert into plain values (1, 1)");
    two.compare(hours());
    two.target("update plain set v = 2", "drop table dualwrite.lowered");

    assertThat(two.compare(hours()).kept().notes()).noneMatch(n -> n.contains("--all"));
  }

  @Test
  void whatFailsToBeTakenBackIsSaidByWhateverLooksAgain() throws SQLException {
    two.target(
        DAMAGE,
        "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$",
        "create trigger refuse before insert on dualwrite.lowered for each row execute function refuse()");

    assertSaidOnce(two.compare(hours().kept(ALL)));
    assertSaidOnce(two.reconciler.compareDifferences(hours(), Progress.NONE));
    assertSaidOnce(two.reconciler.look(hours(), false));
    assertSaidOnce(two.repair(RepairOptions.of(hours()).fromLast(true).maxChanges(0)).after());
  }

  private static void assertSaidOnce(Comparison comparison) {
    assertThat(comparison.nothingFound()).isFalse();
    assertThat(comparison.kept().notTakenBack()).containsOnlyKeys("public.metrics");
    assertThat(comparison.kept().notes())
        .filteredOn(n -> n.contains("--all"))
        .singleElement()
        .asString()
        .startsWith("public.metrics differs where it was verified before");
  }

  @Test
  void aComparisonThatWasInterrupted() throws SQLException {
    two.target(DAMAGE);

    interrupted(hours().kept(ALL).parallelism(1));

    assertReadAgain();
  }

  @Test
  void aComparisonThatCouldKeepNothingMore() throws SQLException {
    two.target(DAMAGE);
    Progress taken =
        new Progress() {
          @Override
          public void begin(String table, int windows) {
            try {
              two.target("update dualwrite.runs set holder = 'another'");
            } catch (SQLException e) {
              throw new IllegalStateException(e);
            }
          }
        };

    two.reconciler.compare(hours().kept(ALL), taken);

    assertReadAgain();
  }

  @Test
  void aRepairThatDidNotComeToItsComparison() throws SQLException {
    two.target(DAMAGE);
    AtomicInteger tables = new AtomicInteger();
    Progress stops =
        new Progress() {
          @Override
          public void begin(String table, int windows) {
            if (tables.incrementAndGet() == 2) {
              throw new Stop();
            }
          }
        };

    assertThatExceptionOfType(Stop.class)
        .isThrownBy(
            () -> two.reconciler.repair(RepairOptions.of(hours().kept(ALL)).maxChanges(0), stops));

    assertReadAgain();
  }

  @Test
  void aRepairOfWhatWasOnItsWayWhenItWasCompared() throws SQLException {
    two.source(
        "insert into dualwrite.journal (table_name, key, key_id) values ('public.metrics', array['1501'], null)");
    two.target(DAMAGE);
    assertThat(two.compare(hours().kept(ALL)).count(WindowResult.Status.NOT_YET)).isEqualTo(1);
    two.source("delete from dualwrite.journal");
    assertThat(
            two.dbs.queryValue(
                two.dbs.target(), "select (up_to > '2001-01-02T02')::text from dualwrite.verified"))
        .as("what is on its way takes nothing back")
        .isEqualTo("true");
    Progress stops =
        new Progress() {
          @Override
          public void advance(String table, int windows, long rows) {
            throw new Stop();
          }
        };

    assertThatExceptionOfType(Stop.class)
        .isThrownBy(
            () ->
                two.reconciler.repair(
                    RepairOptions.of(hours()).fromLast(true).maxChanges(0), stops));

    assertReadAgain();
  }

  @Test
  void aDryRun() throws SQLException {
    two.target(DAMAGE);

    assertThat(two.reconciler.planRepair(RepairOptions.of(hours()), Progress.NONE).copied())
        .isEqualTo(1);

    assertReadAgain();
  }

  @Test
  void whatAnInterruptedComparisonHadFoundEqualBeforeDoesNotBringItBack() throws SQLException {
    interrupted(hours().kept(ALL));
    two.target(DAMAGE);
    two.compare(hours().sample(Optional.of(Sample.parse("100%"))));

    Comparison resumed = two.compare(hours().kept(new KeptUse(true, true)));

    assertThat(resumed.inSync()).as("finished before the damage, as it says").isTrue();
    assertReadAgain();
  }

  @Test
  void aComparisonThatHadReadItBeforeDoesNotBringItBack() throws SQLException {
    AtomicBoolean once = new AtomicBoolean();
    Progress damaging =
        new Progress() {
          @Override
          public void advance(String table, int windows, long rows) {
            if (rows > 0 && once.compareAndSet(false, true)) {
              try {
                two.target(DAMAGE);
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
              two.compare(hours().sample(Optional.of(Sample.parse("100%"))));
            }
          }
        };

    assertThat(two.reconciler.compare(hours().kept(ALL), damaging).inSync()).isTrue();

    assertReadAgain();
  }

  @Test
  void anInterruptedComparisonThatLeftItOutReadsItWhenItGoesOn() throws SQLException {
    grow();
    interrupted(hours());
    damageAndFind();

    Comparison resumed = two.compare(hours().kept(new KeptUse(true, false)));

    assertThat(resumed.inSync()).isFalse();
    assertThat(resumed.tables().get(0).changed()).isEqualTo(1);
    assertThat(resumed.tables().get(0).notes())
        .contains("compared anew: a difference was found meanwhile in what was verified before");
  }

  @Test
  void aComparisonThatLeavesItOutMeanwhileIsNotInSync() throws SQLException {
    grow();
    AtomicBoolean once = new AtomicBoolean();

    assertNotInSync(
        new Progress() {
          @Override
          public void advance(String table, int windows, long rows) {
            if (once.compareAndSet(false, true)) {
              damageAndFind();
            }
          }
        });
  }

  @Test
  void neitherIsOneThatIsThroughWithTheTable() throws SQLException {
    grow();

    assertNotInSync(
        new Progress() {
          @Override
          public void end(String table) {
            damageAndFind();
          }
        });
  }

  private void assertNotInSync(Progress progress) throws SQLException {
    two.source(
        "insert into dualwrite.gaps (migration, instance, reason, since, until) values ('test', 'app', 'kill switch', now() - interval '1 hour', now())");

    Comparison comparison = two.reconciler.compare(hours(), progress);

    assertThat(comparison.inSync()).isFalse();
    assertThat(comparison.tables().get(0).windows())
        .filteredOn(w -> w.status() == Status.FAILED)
        .singleElement()
        .satisfies(
            w ->
                assertThat(w.reason())
                    .hasValue(
                        "a difference was found meanwhile in what was verified before: compare again"));
    assertThat(
            two.dbs.queryValue(
                two.dbs.source(),
                "select count(*) from dualwrite.gaps where reconciled_at is null"))
        .isEqualTo("1");
    assertReadAgain();
  }

  /** So that a comparison has something to read. */
  private void grow() throws SQLException {
    two.both("insert into metrics values (100000, '2001-01-04 00:30Z', 1)");
  }

  private void damageAndFind() {
    try {
      two.target(DAMAGE);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    two.compare(hours().sample(Optional.of(Sample.parse("100%"))));
  }

  @Test
  void onceItIsRepairedItIsVerifiedAgain() throws SQLException {
    two.target(DAMAGE);
    two.compare(hours().sample(Optional.of(Sample.parse("100%"))));

    assertThat(two.repair(RepairOptions.of(hours())).after().inSync()).isTrue();

    assertThat(two.compare(hours()).tables().get(0).sourceRows()).isZero();
  }

  private static final class Stop extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Stops a comparison once it has read the table, before it can draw a line under it. */
  private void interrupted(CompareOptions options) {
    Progress stops =
        new Progress() {
          @Override
          public void advance(String table, int windows, long rows) {
            throw new Stop();
          }
        };
    assertThatExceptionOfType(Stop.class).isThrownBy(() -> two.reconciler.compare(options, stops));
  }
}
