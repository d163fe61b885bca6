package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.reconciler.backfill.Backfill;
import io.dualwrite.reconciler.backfill.Backfill.TableBackfill;
import io.dualwrite.reconciler.backfill.BackfillOptions;
import io.dualwrite.reconciler.backfill.BackfillOptions.End;
import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --resume}: what of an interrupted backfill is trusted, and what is not. */
@WithDatabases
class BackfillResumeTest {
  private static final String METRICS =
      "create table metrics (ts timestamptz primary key, value int)";
  private static final String HISTORY =
      "insert into metrics select timestamptz '2024-01-01Z' + i * interval '1 min', i from generate_series(1, 4000) i";

  /** The application registered, mirroring since then. */
  private static final String WRITER =
      "insert into dualwrite.instances (instance, migration, state, started_at, seen_at) select 'app-1', migration, 'mirroring', '2024-01-02Z', now() + interval '1 hour' from dualwrite.control";

  private final TwoDatabases two;

  BackfillResumeTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  @BeforeEach
  void history() throws SQLException {
    two.both(METRICS);
    two.source(HISTORY);
    two.reconciler.init();
  }

  private BackfillOptions options() {
    return BackfillOptions.of(two.config.reconciler()).end(End.NONE).batchRows(500).parallelism(1);
  }

  private Backfill backfill(BackfillOptions options) {
    return two.reconciler.backfill(options, BackfillProgress.NONE);
  }

  private TableBackfill resume() {
    Backfill backfill = backfill(options().resume(true));
    assertThat(backfill.complete()).as("%s", backfill).isTrue();
    return backfill.tables().get(0);
  }

  /** Two windows are brought. */
  private void interrupt(BackfillOptions options) {
    during(options, 2, () -> {});
  }

  /** How many windows were brought: what is under way when one is interrupted may be, too. */
  private long kept() throws SQLException {
    return Long.parseLong(windows());
  }

  private interface Step {
    void run() throws SQLException;
  }

  private void during(BackfillOptions options, int windows, Step step) {
    BackfillProgress failing =
        new BackfillProgress() {
          private final AtomicInteger seen = new AtomicInteger();

          @Override
          public void advance(String table, long rows) {
            if (rows > 0 && seen.incrementAndGet() == windows) {
              try {
                step.run();
              } catch (SQLException e) {
                throw new AssertionError(e);
              }
              throw new IllegalStateException("interrupted");
            }
          }
        };
    assertThatThrownBy(() -> two.reconciler.backfill(options, failing)).hasMessage("interrupted");
  }

  @Test
  void whatTheInterruptedRunFoundWantingIsToldByTheResumedOne() throws SQLException {
    two.target(
        "insert into metrics values (timestamptz '2024-01-01Z' + interval '1 min', -1), ('2024-01-01 00:01:30Z', 7)");
    interrupt(options());

    TableBackfill resumed = resume();

    assertThat(resumed.windowsBefore()).isGreaterThanOrEqualTo(2);
    assertThat(List.of(resumed.changed(), resumed.extra())).containsExactly(1L, 1L);
  }

  @Test
  void finishedWindowsAreLeftOut() throws SQLException {
    interrupt(options());
    long kept = kept();

    TableBackfill resumed = resume();

    assertThat(kept).isBetween(2L, 4L);
    assertThat(resumed.windowsBefore()).isEqualTo(kept);
    assertThat(resumed.copied()).isEqualTo(4_000 - 500 * kept);
    assertThat(resumed.notes()).isEmpty();
    two.dbs.assertSameRows("select * from metrics");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "truncate metrics",
        "drop table metrics; create table metrics (ts timestamptz primary key, value int)",
        "alter table metrics rename to old; create table metrics (ts timestamptz primary key, value int); drop table old"
      })
  void aTargetThatWasEmptiedOrMadeAnewIsCopiedAnew(String sql) throws SQLException {
    interrupt(options());
    two.target(sql);

    TableBackfill resumed = resume();

    assertThat(resumed.windowsBefore()).isZero();
    assertThat(resumed.copied()).isEqualTo(4_000);
    assertThat(resumed.notes()).anySatisfy(n -> assertThat(n).startsWith("begun anew: "));
    two.dbs.assertSameRows("select * from metrics");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vacuum full metrics",
        "cluster metrics using metrics_pkey",
        "alter table metrics alter value type bigint"
      })
  void oneThatWasRewrittenIsReadAgainAndNotCopiedAgain(String sql) throws SQLException {
    interrupt(options());
    long kept = kept();
    two.target(sql);

    TableBackfill resumed = resume();

    assertThat(resumed.windowsBefore()).isZero();
    assertThat(resumed.copied()).isEqualTo(4_000 - 500 * kept);
    assertThat(resumed.rows()).isEqualTo(4_000);
    assertThat(resumed.notes()).anySatisfy(n -> assertThat(n).startsWith("begun anew: "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "reindex table metrics",
        "vacuum metrics",
        "create index on metrics (value)",
        "alter table metrics set (fillfactor = 90)"
      })
  void whatLeavesTheRowsWhereTheyAreMattersNot(String sql) throws SQLException {
    interrupt(options());
    two.target(sql);
    long kept = kept();

    assertThat(resume().windowsBefore()).isEqualTo(kept);
  }

  @Test
  void anEmptiedPartitionIsNoticedToo() throws SQLException {
    two.target(
        "drop table metrics",
        METRICS + " partition by range (ts)",
        "create table m1 partition of metrics for values from (minvalue) to ('2024-01-01 05:00Z')",
        "create table m2 partition of metrics for values from ('2024-01-01 05:00Z') to (maxvalue)");
    interrupt(options());
    two.target("truncate m1");

    assertThat(resume().windowsBefore()).isZero();
    two.dbs.assertSameRows("select * from metrics");
  }

  @Test
  void partitionsThatTheRowsBringAreNoRewriting() throws SQLException {
    // As TimescaleDB does it: a chunk is made when the first row of its day comes.
    two.target(
        "create schema _timescaledb_internal",
        "create function route() returns trigger language plpgsql as $$ declare child text := '_timescaledb_internal.m_' || to_char(new.ts at time zone 'utc', 'YYYYMMDD'); begin"
            // One at a time makes chunks, as there.
            + " perform pg_advisory_xact_lock(1);"
            + " if to_regclass(child) is null then execute format('create table %s (like metrics including all) inherits (metrics)', child); end if;"
            + " execute format('insert into %s values ($1.*)', child) using new; return null; end $$",
        "create trigger route before insert on metrics for each row execute function route()");
    during(options(), 4, () -> {});
    long kept = kept();

    assertThat(resume().windowsBefore()).isEqualTo(kept);
    two.dbs.assertSameRows("select * from metrics");
  }

  @Test
  void aTargetThatIsEmptiedMeanwhileIsNeverCalledComplete() throws SQLException {
    BackfillProgress truncating =
        new BackfillProgress() {
          private final AtomicInteger seen = new AtomicInteger();

          @Override
          public void advance(String table, long rows) {
            if (rows > 0 && seen.incrementAndGet() == 3) {
              try {
                two.target("truncate metrics");
              } catch (SQLException e) {
                throw new AssertionError(e);
              }
            }
          }
        };

    Backfill backfill = two.reconciler.backfill(options(), truncating);

    assertThat(backfill.complete()).isFalse();
    assertThat(backfill.tables().get(0).problems())
        .singleElement()
        .asString()
        .contains("was emptied, rewritten or made anew while it was copied", "--resume");
    assertThat(resume().copied()).isEqualTo(4_000);
    two.dbs.assertSameRows("select * from metrics");
  }

  @Test
  void oneBegunAnewTakesThePlaceOfTheInterruptedOne() throws SQLException {
    interrupt(options());
    long first = kept();
    interrupt(options());
    long second = kept() - first;
    Backfill resumed = backfill(options().resume(true));

    assertThat(resumed.complete()).isTrue();
    assertThat(resumed.tables().get(0).windowsBefore()).isEqualTo(second);
    assertThat(backfill(options().resume(true)).notes())
        .singleElement()
        .asString()
        .startsWith("There was no interrupted backfill");
  }

  @Test
  void anotherEndIsRefusedAndBothAreNamed() throws SQLException {
    End then = End.of(Instant.parse("2024-01-03T00:00:00Z"));
    interrupt(options().end(then));
    long kept = kept();

    assertThatThrownBy(() -> backfill(options().resume(true)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "goes until 2024-01-03T00:00:00Z, and this one would go to the last row")
        .hasMessageContaining("Give --until 2024-01-03T00:00:00Z to go on with it");
    assertThatThrownBy(() -> backfill(options().end(End.COMPLETION_POINT).resume(true)))
        .hasMessageContaining("this one would go until the completion point");
    Optional<Instant> since = Optional.of(Instant.parse("2024-01-01T12:00:00Z"));
    assertThatThrownBy(() -> backfill(options().end(then).since(since).resume(true)))
        .hasMessageContaining("from 2024-01-01T12:00:00Z until 2024-01-03T00:00:00Z");

    assertThat(backfill(options().end(then).resume(true)).tables().get(0).windowsBefore())
        .isEqualTo(kept);
  }

  @Test
  void anOpenEndIsNotTheCompletionPoint() throws SQLException {
    two.source("update dualwrite.control set changed_at = '2024-01-01Z'", WRITER);
    interrupt(options());

    assertThatThrownBy(() -> backfill(options().end(End.COMPLETION_POINT).resume(true)))
        .hasMessageContaining("goes to the last row (--until end)")
        .hasMessageContaining("Give --until end to go on with it");
  }

  @Test
  void aCompletionPointThatStandsIsGoneOnTo() throws SQLException {
    two.source("update dualwrite.control set changed_at = '2024-01-01Z'", WRITER);
    BackfillOptions options = options().end(End.COMPLETION_POINT);
    interrupt(options);
    long kept = kept();

    Backfill resumed = backfill(options.resume(true));

    assertThat(resumed.until()).hasValue(Instant.parse("2024-01-02T00:05:00Z"));
    assertThat(resumed.tables().get(0).windowsBefore()).isEqualTo(kept);
  }

  @Test
  void oneThatHasMovedMeansMoreHistory() throws SQLException {
    two.source("update dualwrite.control set changed_at = '2024-01-01Z'", WRITER);
    BackfillOptions options = options().end(End.COMPLETION_POINT);
    interrupt(options);
    two.source("update dualwrite.instances set started_at = '2024-01-03Z'");

    Backfill resumed = backfill(options.resume(true));

    assertThat(resumed.until()).hasValue(Instant.parse("2024-01-03T00:05:00Z"));
    assertThat(resumed.resumed()).isFalse();
    assertThat(resumed.notes())
        .singleElement()
        .asString()
        .contains("moved from 2024-01-02T00:05:00Z to 2024-01-03T00:05:00Z");
    two.dbs.assertSameRows(
        "select * from metrics where ts < '2024-01-03 00:05Z'", "select * from metrics");
  }

  @Test
  void oneThatCannotBeKnownAnyMoreKeepsTheOldEnd() throws SQLException {
    two.source("update dualwrite.control set changed_at = '2024-01-01Z'", WRITER);
    BackfillOptions options = options().end(End.COMPLETION_POINT);
    interrupt(options);
    two.source("delete from dualwrite.instances");

    Backfill resumed = backfill(options.resume(true));

    assertThat(resumed.until()).hasValue(Instant.parse("2024-01-02T00:05:00Z"));
    assertThat(resumed.notes()).singleElement().asString().contains("cannot be known at present");
  }

  @Test
  void whatEarlierRunsHaveKeptIsRemoved() throws SQLException {
    backfill(options());
    backfill(options());
    assertThat(windows()).isEqualTo("8");

    interrupt(options());
    two.target(
        "update dualwrite.runs set seen_at = now() - interval '8 days' where ended_at is null");
    backfill(options().tables(List.of("public.metrics")));

    assertThat(windows()).isEqualTo("8");
  }

  private String windows() throws SQLException {
    return two.dbs.queryValue(two.dbs.target(), "select count(*) from dualwrite.run_windows");
  }
}
