package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.Phase;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
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
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithDatabases
class BackfillTest {
  private static final String METRICS =
      "create table metrics (device int not null, ts timestamptz not null, value double precision, note text, primary key (device, ts))";
  private static final String HISTORY =
      "insert into metrics select i % 7, timestamptz '2024-01-01Z' + i * interval '1 min', i / 3.0, 'note ' || i from generate_series(1, 20000) i";

  private final TwoDatabases two;

  BackfillTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  @BeforeEach
  void init() {
    two.reconciler.init();
  }

  private static BackfillOptions options(TwoDatabases two) {
    return BackfillOptions.of(two.config.reconciler()).end(End.NONE).parallelism(2);
  }

  private Backfill backfill(BackfillOptions options) {
    return backfill(two, options);
  }

  private static Backfill backfill(TwoDatabases two, BackfillOptions options) {
    return two.reconciler.backfill(options, BackfillProgress.NONE);
  }

  private TableBackfill only(Backfill backfill) {
    assertThat(backfill.tables()).hasSize(1);
    return backfill.tables().get(0);
  }

  private TwoDatabases with(String table, TableOverride override) {
    return new TwoDatabases(
        two.dbs,
        MigrationConfig.builder("test")
            .tables(new TablesConfig(List.of("public.*"), List.of(), Map.of(table, override)))
            .build());
  }

  @Test
  void historyComesOverAndIsMarkedWithItsRows() throws SQLException {
    two.both(METRICS, "create index on metrics (ts)");
    two.source(HISTORY);

    Backfill backfill = backfill(options(two).batchRows(3_000));

    TableBackfill table = only(backfill);
    assertThat(table.problems()).isEmpty();
    assertThat(backfill.complete()).isTrue();
    assertThat(table.windows()).isEqualTo(7);
    assertThat(table.copied()).isEqualTo(20_000);
    two.dbs.assertSameRows("select * from metrics");
    assertThat(
            two.dbs.queryValue(
                two.dbs.target(),
                "select count(*) || ' ' || sum(source_rows) || ' ' || min(result) || ' ' || max(kind) from dualwrite.run_windows"))
        .isEqualTo("7 20000 EQUAL TIME");
    assertThat(two.compare().inSync()).isTrue();
  }

  @Test
  void aSecondRunCopiesNothingAgain() throws SQLException {
    two.both(METRICS);
    two.source(HISTORY);
    backfill(options(two));

    TableBackfill again = only(backfill(options(two)));

    assertThat(again.copied()).isZero();
    assertThat(again.rows()).isEqualTo(20_000);
    assertThat(again.complete()).isTrue();
  }

  @Test
  void rowsOfTheTargetAreLeftAsTheyAre() throws SQLException {
    two.both(METRICS);
    two.source(HISTORY);
    two.target(
        HISTORY,
        "delete from metrics where ts between '2024-01-02Z' and '2024-01-03Z'",
        "update metrics set value = -1 where ts = '2024-01-05 10:00Z'",
        "insert into metrics values (99, '2024-01-06 00:00:30Z', 0, 'alone')");
    long missing =
        20_000
            + 1
            - Long.parseLong(two.dbs.queryValue(two.dbs.target(), "select count(*) from metrics"));

    TableBackfill table = only(backfill(options(two).batchRows(2_500)));

    assertThat(table.copied()).isEqualTo(missing);
    assertThat(table.changed()).isEqualTo(1);
    assertThat(table.extra()).isEqualTo(1);
    assertThat(table.complete()).isTrue();
    assertThat(
            two.dbs.queryValue(
                two.dbs.target(), "select value from metrics where ts = '2024-01-05 10:00Z'"))
        .isEqualTo("-1");
    assertThat(two.table().missing()).isZero();
  }

  @Test
  void onlyHistoryBeforeTheEndIsCopied() throws SQLException {
    two.both(METRICS);
    two.source(HISTORY);
    Instant end = Instant.parse("2024-01-03T00:00:00Z");

    Backfill backfill = backfill(options(two).end(End.of(end)));

    assertThat(backfill.until()).hasValue(end);
    two.dbs.assertSameRows(
        "select * from metrics where ts < '2024-01-03Z'", "select * from metrics");
    assertThat(only(backfill).notes())
        .anySatisfy(
            n -> assertThat(n).contains("17,121 of 17,121 rows at or after 2024-01-03T00:00:00Z"));
  }

  @Test
  void withoutACompletionPointTheEndMustBeGiven() throws SQLException {
    two.both(METRICS);

    assertThatThrownBy(() -> backfill(options(two).end(End.COMPLETION_POINT)))
        .isInstanceOf(ReconcilerException.class)
        .hasMessageContaining("no application is registered and alive")
        .hasMessageContaining("--until end");
  }

  @Test
  void keysOfEveryKindAreCutAndCopied() throws SQLException {
    two.both(
        "create table by_int (id bigint primary key, v text)",
        "create table by_uuid (id uuid primary key, v text)",
        "create table by_text (id text primary key, v text)",
        "create table by_pair (a text, b numeric, v text, primary key (b, a))",
        "create table by_date (d date, n int, v text, primary key (d, n))");
    two.source(
        "insert into by_int select i * 3, 'v' || i from generate_series(1, 5000) i",
        "insert into by_uuid select md5(i::text)::uuid, 'v' || i from generate_series(1, 5000) i",
        "insert into by_text select chr(65 + i % 57) || 'é-' || i, 'v' || i from generate_series(1, 5000) i",
        "insert into by_pair select chr(65 + i % 57) || i, i % 10 + 0.50, 'v' || i from generate_series(1, 5000) i",
        "insert into by_date select date '2024-01-01' + i / 100, i, 'v' from generate_series(1, 5000) i");

    Backfill backfill = backfill(options(two).batchRows(700));

    assertThat(backfill.tables()).allSatisfy(t -> assertThat(t.problems()).isEmpty());
    assertThat(backfill.tables()).allSatisfy(t -> assertThat(t.copied()).isEqualTo(5_000));
    assertThat(backfill.tables()).allSatisfy(t -> assertThat(t.windows()).isBetween(8L, 10L));
    for (String table : List.of("by_int", "by_uuid", "by_text", "by_pair", "by_date")) {
      two.dbs.assertSameRows("select * from " + table);
    }
    assertThat(backfill(options(two).batchRows(700)).copied()).isZero();
  }

  @Test
  void anIndexOnTheTimeIsCutByItAndRowsWithoutATimeComeToo() throws SQLException {
    two.both("create table t (id int primary key, at timestamp)", "create index on t (at)");
    two.source(
        "insert into t select i, case when i % 10 > 0 then timestamp '2024-01-01' + (i / 500) * interval '1 day' end from generate_series(1, 6000) i",
        "insert into t values (-1, '-infinity'), (-2, 'infinity')");
    TwoDatabases timed = with("public.t", TableOverride.builder().timeColumn("at").build());

    TableBackfill table =
        only(
            backfill(
                timed,
                options(two).batchRows(300).end(End.of(Instant.parse("2030-01-01T00:00:00Z")))));

    assertThat(table.problems()).isEmpty();
    two.dbs.assertSameRows(
        "select * from t where at is distinct from 'infinity'", "select * from t");
    // Rows of one time stay together: 450 of them at most.
    assertThat(table.windows()).isEqualTo(14);
  }

  @Test
  void parentsComeFirstAndMissingOnesArePulledAlong() throws SQLException {
    two.both(
        "create table customers (id int primary key, name text)",
        "create table orders (id int primary key, customer int not null references customers, previous int references orders)");
    two.source(
        "insert into customers select i, 'c' || i from generate_series(1, 500) i",
        "insert into orders select i, 1 + i % 500, case when i % 50 = 0 then i % 2990 + 9 end from generate_series(1, 3000) i");

    Backfill orders = backfill(options(two).tables(List.of("orders")).batchRows(700));

    assertThat(only(orders).problems()).isEmpty();
    assertThat(orders.complete()).isTrue();
    two.dbs.assertSameRows("select * from orders");
    assertThat(backfill(options(two)).complete()).isTrue();
    two.dbs.assertSameRows("select * from customers");
  }

  @Test
  void aRowThatTheTargetRefusesIsNamedAndTheOthersCome() throws SQLException {
    two.source(
        "create table t (id int primary key, v int)",
        "insert into t select i, i from generate_series(1, 4000) i");
    two.target("create table t (id int primary key, v int check (v <> 1234))");

    Backfill backfill = backfill(options(two).batchRows(1_000));

    TableBackfill table = only(backfill);
    assertThat(table.copied()).isEqualTo(3_999);
    assertThat(table.refused()).isEqualTo(1);
    assertThat(table.problems())
        .singleElement()
        .asString()
        .startsWith("key 1234: ")
        .contains("t_v_check", "23514");
    assertThat(backfill.complete()).isFalse();

    two.target("alter table t drop constraint t_v_check");
    Backfill resumed = backfill(options(two).batchRows(1_000).resume(true));

    assertThat(resumed.resumed()).isTrue();
    assertThat(only(resumed).windowsBefore()).isEqualTo(3);
    assertThat(only(resumed).copied()).isEqualTo(1);
    assertThat(resumed.complete()).isTrue();
    two.dbs.assertSameRows("select * from t");
  }

  @Test
  void aTextThatTheTargetCannotParseIsARowThatItRefuses() throws SQLException {
    two.both("create table t (id int primary key, v text)");
    two.target("alter table t add check (v::jsonpath is not null)");
    two.source(
        "insert into t select i, case when i = 1234 then '$.a secret' else '$.b' end from generate_series(1, 4000) i");

    TableBackfill table = only(backfill(options(two).batchRows(1_000)));

    assertThat(table.copied()).isEqualTo(3_999);
    assertThat(table.refused()).isEqualTo(1);
    assertThat(table.problems())
        .singleElement()
        .asString()
        .startsWith("key 1234: the value was refused (42601")
        .doesNotContain("secret");
  }

  @Test
  void namesTypesAndColumnsMayDiffer() throws SQLException {
    two.source(
        "create table t (id int primary key, v numeric, kind text, secret text, twice int generated always as (id * 2) stored)",
        "insert into t select i, i + 0.5, 'k' || i % 3, 's' from generate_series(1, 3000) i");
    two.target(
        "create table u (kind text, id bigint generated always as identity primary key, val double precision, thrice bigint generated always as (id * 3) stored)");
    TwoDatabases mapped =
        with(
            "public.t",
            TableOverride.builder()
                .target("public.u")
                .columns(Map.of("v", "val"))
                .ignoreColumns("secret", "twice")
                .build());

    TableBackfill table = only(backfill(mapped, options(two).batchRows(900)));

    assertThat(table.problems()).isEmpty();
    assertThat(table.notes()).anySatisfy(n -> assertThat(n).contains("copied as text"));
    two.dbs.assertSameRows(
        "select id, v::float8, kind, id * 3 from t", "select id, val, kind, thrice from u");
  }

  @Test
  void aTableWithoutAKeyComesWholeIntoAnEmptyOneAlone() throws SQLException {
    TwoDatabases keyless = with("public.k", TableOverride.builder().keylessRanges(true).build());
    two.both("create table k (v int, w text)");
    two.source("insert into k select i % 10, null from generate_series(1, 2000) i");

    assertThat(only(backfill(keyless, options(two))).copied()).isEqualTo(2_000);
    two.dbs.assertSameRows("select v, count(*) from k group by v");
    assertThat(only(backfill(keyless, options(two))).copied()).isZero();

    two.target("insert into k values (1, 'x')");
    Backfill refused = backfill(keyless, options(two));
    assertThat(refused.complete()).isFalse();
    assertThat(only(refused).problems()).singleElement().asString().contains("has no key");
    two.dbs.assertSameRows("select count(*) + 1 from k", "select count(*) from k");
  }

  @Test
  void partitionedTargetsAndTriggersAndIdentities() throws SQLException {
    two.source(METRICS, HISTORY);
    two.target(
        "create table metrics (device int not null, ts timestamptz not null, value double precision, note text, primary key (device, ts)) partition by range (ts)",
        "create table m1 partition of metrics for values from (minvalue) to ('2024-01-05Z')",
        "create table m2 partition of metrics for values from ('2024-01-05Z') to (maxvalue)",
        "create table seen (n int)",
        "create function see() returns trigger language plpgsql as $$ begin insert into seen values (1); return new; end $$",
        "create trigger see after insert on metrics for each row execute function see()",
        "insert into metrics values (0, '2024-01-01 00:07Z', 7 / 3.0, 'note 7')");

    TableBackfill table = only(backfill(options(two).batchRows(4_000)));

    assertThat(table.problems()).isEmpty();
    assertThat(table.complete()).isTrue();
    assertThat(table.notes()).anySatisfy(n -> assertThat(n).contains("triggers on the target run"));
    two.dbs.assertSameRows("select * from metrics");
    assertThat(two.dbs.queryValue(two.dbs.target(), "select count(*) from seen"))
        .isEqualTo("20000");
  }

  @Test
  void withTheTargetAsPrimaryNothingIsCopied() {
    TwoDatabases swapped =
        new TwoDatabases(
            two.dbs, MigrationConfig.builder("other").phase(Phase.TARGET_PRIMARY).build());
    assertThatThrownBy(() -> backfill(swapped, options(two)))
        .isInstanceOf(ReconcilerException.class);
  }

  @Test
  void withoutAControlSchemaItSaysWhatToDo() throws SQLException {
    two.both("create table t (id int primary key)");
    two.target("drop schema dualwrite cascade");

    assertThatThrownBy(() -> backfill(options(two)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("`reconciler init` creates it");
  }
}
