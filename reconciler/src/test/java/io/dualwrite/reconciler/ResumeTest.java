package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.checksum.Checksum;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A comparison that was interrupted in this process; {@link KilledTest} kills others. */
@WithDatabases
class ResumeTest {
  private static final KeptUse RESUME = new KeptUse(true, false);

  private final TwoDatabases two;

  ResumeTest(TestDatabases dbs) throws SQLException {
    TableOverride byTime = TableOverride.builder().timeColumn("at").build();
    this.two =
        new TwoDatabases(
            dbs,
            MigrationConfig.builder("test")
                .tables(
                    new TablesConfig(
                        List.of("public.*"), List.of(), Map.of("public.flights", byTime)))
                .build());
    two.reconciler.init();
  }

  private void flights() throws SQLException {
    two.both(
        "create table flights (id bigint primary key, at timestamptz not null, delay int)",
        "create index on flights (at)",
        "insert into flights select i, timestamptz '2001-01-01Z' + i * interval '12 s', i % 60 from generate_series(0, 300 * 800 - 1) i",
        "analyze flights");
    two.target(
        "update flights set delay = -1 where id in (100, 60000, 230000)",
        "delete from flights where id in (200, 70000)",
        "insert into flights values (-1, '2001-02-01 10:30Z', 0)",
        // A row that has moved to another window is one changed row.
        "update flights set at = '2001-02-02 00:00:30Z' where id = 300");
  }

  private CompareOptions options() {
    return two.options().parallelism(1);
  }

  private static final class Stop extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Stops a comparison after so many chunks of windows. */
  private void interrupted(CompareOptions options, int chunks) {
    AtomicInteger left = new AtomicInteger(chunks);
    Progress stops =
        new Progress() {
          @Override
          public void advance(String table, int windows, long rows) {
            if (left.decrementAndGet() <= 0) {
              throw new Stop();
            }
          }
        };
    assertThatExceptionOfType(Stop.class).isThrownBy(() -> two.reconciler.compare(options, stops));
  }

  private static NotReadAgain resumed(TableComparison table) {
    assertThat(table.notReadAgain()).hasSize(1);
    NotReadAgain left = table.notReadAgain().get(0);
    assertThat(left.reason()).isEqualTo(NotReadAgain.Reason.RESUMED);
    return left;
  }

  @Test
  void goesOnWithTheSameResult() throws SQLException {
    flights();
    TableComparison whole = two.compare(options()).tables().get(0);
    assertThat(whole.differences()).hasSize(7);

    interrupted(options(), 3);
    Comparison comparison = two.compare(options().kept(RESUME));

    TableComparison table = comparison.tables().get(0);
    assertThat(table.windows()).isEqualTo(whole.windows());
    assertThat(table.differences()).isEqualTo(whole.differences());
    assertThat(resumed(table).windows().orElseThrow()).isBetween(1L, 799L);
    assertThat(comparison.kept().notes())
        .anyMatch(n -> n.startsWith("goes on with the compare of"));
    assertThat(two.compare(options().kept(RESUME)).kept().notes())
        .containsExactly("no interrupted compare to go on with: a new one was begun");
  }

  @Test
  @Guarantee("G10")
  void whatWasDamagedAfterItWasFinishedIsNotSeenAndThatIsSaid() throws SQLException {
    two.both(
        "create table flights (id bigint primary key, at timestamptz)",
        "insert into flights select i, timestamptz '2001-01-01Z' from generate_series(0, 99) i",
        "create table later (id bigint primary key)",
        "insert into later select generate_series(0, 99)");
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
        .isThrownBy(() -> two.reconciler.compare(options(), stops));
    two.target("delete from flights where id = 5");

    Comparison comparison = two.compare(options().kept(RESUME));

    assertThat(comparison.inSync()).isTrue();
    assertThat(resumed(comparison.tables().get(0)).rows()).hasValue(100);
    assertThat(comparison.tables().get(1).notReadAgain()).isEmpty();
    assertThat(two.compare(options()).inSync()).isFalse();
  }

  @Test
  void otherOptionsAreRefusedByName() throws SQLException {
    flights();
    interrupted(options(), 2);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> two.compare(options().checksum(Optional.of(Checksum.TEXT)).kept(RESUME)))
        .withMessageContaining("--checksum auto, not text")
        .withMessageContaining("Give the same options");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> two.compare(options().tables(List.of("flights")).kept(RESUME)))
        .withMessageContaining("--table all, not public.flights");
    assertThat(resumed(two.compare(options().kept(RESUME)).tables().get(0))).isNotNull();
  }

  @Test
  @Guarantee("G10")
  void aTableThatWasAlteredMeanwhileIsComparedFromItsBeginning() throws SQLException {
    flights();
    interrupted(options(), 3);
    two.both("alter table flights add column gate text not null default 'A1'");
    two.target("update flights set gate = 'B2' where id = 0");

    TableComparison table = two.compare(options().kept(RESUME)).tables().get(0);

    assertThat(table.notReadAgain()).isEmpty();
    assertThat(table.notes()).anyMatch(n -> n.startsWith("compared from its beginning: the table"));
    assertThat(table.changed()).isEqualTo(5);
  }

  @Test
  void whatFailedOrWasNotYetIsLookedAtAgain() throws SQLException {
    two.both(
        "create table flights (id int primary key, at timestamptz not null)",
        "insert into flights select i, timestamptz '2001-01-01Z' + i * interval '1 hour' from generate_series(0, 9) i");
    two.source(
        "insert into flights values (100, '2001-01-01 03:30Z')",
        "insert into dualwrite.journal (table_name, key, key_id) values ('public.flights', array['100'], null)");
    Comparison first = two.compare(options());
    assertThat(first.count(Status.NOT_YET)).isEqualTo(1);

    two.source("delete from dualwrite.journal");
    Comparison second = two.compare(options().kept(RESUME));

    assertThat(second.kept().notes()).anyMatch(n -> n.startsWith("goes on with"));
    assertThat(second.tables().get(0).missing()).isEqualTo(1);
    assertThat(resumed(second.tables().get(0)).windows()).hasValue(9);
  }

  @Test
  void twoAtOnceKeepOutOfEachOthersWay() throws SQLException {
    flights();
    TableComparison whole = two.compare(options()).tables().get(0);
    AtomicInteger once = new AtomicInteger();
    Progress other =
        new Progress() {
          @Override
          public void advance(String table, int windows, long rows) {
            if (once.incrementAndGet() == 2) {
              assertThat(two.compare(options()).tables().get(0).windows())
                  .isEqualTo(whole.windows());
              assertThatIllegalArgumentException()
                  .isThrownBy(() -> two.compare(options().kept(RESUME)))
                  .withMessageContaining("is still under way (process ");
            }
          }
        };

    TableComparison table = two.reconciler.compare(options(), other).tables().get(0);

    assertThat(table.windows()).isEqualTo(whole.windows());
    assertThat(two.dbs.queryValue(two.dbs.target(), "select count(*) from dualwrite.runs"))
        .isEqualTo("3");
  }

  @Test
  void oneThatWasTakenOverEndsWithItsResultAndSaysThatNothingMoreIsKept() throws SQLException {
    flights();
    AtomicInteger once = new AtomicInteger();
    Progress taken =
        new Progress() {
          @Override
          public void advance(String table, int windows, long rows) {
            if (once.incrementAndGet() == 2) {
              try {
                two.target("update dualwrite.runs set holder = 'another'");
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            }
          }
        };

    Comparison comparison = two.reconciler.compare(options(), taken);

    assertThat(comparison.tables().get(0).differences()).hasSize(7);
    assertThat(comparison.kept().notes())
        .anyMatch(n -> n.contains("taken over by another process"));
  }
}
