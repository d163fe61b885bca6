package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.schema.Mirror;
import io.dualwrite.reconciler.backfill.Backfill;
import io.dualwrite.reconciler.backfill.Backfill.TableBackfill;
import io.dualwrite.reconciler.backfill.BackfillOptions;
import io.dualwrite.reconciler.backfill.BackfillOptions.End;
import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A target that keeps less of a time than the source: rounding may put a row in another window. */
@WithDatabases
class CoarserTimesTest {
  private static final String WAITING =
      "select count(*) from pg_locks where locktype = 'advisory' and not granted"
          + " and database = (select oid from pg_database where datname = current_database())";

  /** Many lie just before a full hour, on both sides of 2000, where rounding turns. */
  private static final String ROWS =
      "select i, timestamptz '2000-01-01Z' + (i - 200) * interval '30 min' + (i % 3 - 1) * interval '0.0004 s' + (i % 7 - 3) * interval '0.4 s', i from generate_series(1, 400) i";

  private final TwoDatabases two;
  private final TwoDatabases keyless;

  CoarserTimesTest(TestDatabases dbs) {
    this.two = with(dbs, TableOverride.builder().timeColumn("at").build());
    this.keyless = with(dbs, TableOverride.builder().timeColumn("at").keylessRanges(true).build());
  }

  private static TwoDatabases with(TestDatabases dbs, TableOverride override) {
    return new TwoDatabases(
        dbs,
        MigrationConfig.builder("test")
            .tables(new TablesConfig(List.of("public.*"), List.of(), Map.of("public.t", override)))
            .build());
  }

  private void tables(String type, String key) throws SQLException {
    two.source("create table t (id int" + key + ", at timestamptz not null, v int)");
    two.target("create table t (id int" + key + ", at " + type + " not null, v int)");
    two.both("create index on t (at)");
    two.source("insert into t " + ROWS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"timestamptz(3)", "timestamptz(0)", "timestamp(0)", "timestamp(2)", "date"})
  void aRowIsInTheSameWindowOnBothSides(String type) throws SQLException {
    tables(type, "");
    two.target("insert into t " + ROWS);

    TableComparison table = keyless.table();

    assertThat(table.windows()).hasSizeGreaterThan(2);
    assertThat(table.differences()).isEmpty();
    assertThat(table.inSync()).isTrue();

    two.target("delete from t where id = 77");
    assertThat(keyless.table().missing()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"timestamptz(3)", "timestamp(0)", "date"})
  void soAreThoseOfAPart(String type) throws SQLException {
    tables(type, "");
    two.target("insert into t " + ROWS);

    for (String end :
        List.of("2000-01-01T00:00:00Z", "1999-12-31T12:00:00Z", "2000-01-01T15:30:00Z")) {
      assertThat(
              keyless.compare(keyless.options().range(Optional.of(end), Optional.empty())).inSync())
          .isTrue();
      assertThat(
              keyless.compare(keyless.options().range(Optional.empty(), Optional.of(end))).inSync())
          .isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"timestamptz(3)", "timestamptz(0)", "timestamp(0)", "date"})
  void everyRowOfABackfillIsFoundAgain(String type) throws SQLException {
    tables(type, " primary key");
    two.reconciler.init();

    for (boolean again : new boolean[] {false, true}) {
      TableBackfill table = backfill(End.NONE);

      assertThat(table.problems()).isEmpty();
      assertThat(table.complete()).isTrue();
      assertThat(table.copied()).isEqualTo(again ? 0 : 400);
      assertThat(table.changed() + table.extra() + table.pending()).isZero();
    }
    two.dbs.assertSameRows("select id, at::" + type + ", v from t", "select * from t");
    assertThat(two.compare().inSync()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"timestamptz(0)", "date"})
  void theEndGoesByTheSource(String type) throws SQLException {
    tables(type, " primary key");
    two.source("drop index t_at_idx");
    two.reconciler.init();
    // The dual writes' own rows, which the end must not count as the backfill's.
    two.target(
        "insert into t select * from (" + ROWS + ") s(id, at, v) where at >= '2000-01-01 01:00Z'");

    TableBackfill table = backfill(End.of(Instant.parse("2000-01-01T01:00:00Z")));

    assertThat(table.problems()).isEmpty();
    assertThat(table.changed() + table.extra()).isZero();
    assertThat(table.notes()).noneSatisfy(n -> assertThat(n).contains("are not on the target"));
    two.dbs.assertSameRows("select id, at::" + type + ", v from t", "select * from t");
  }

  @Test
  void aTableWithoutAKeyComesWholeOrNotAtAll() throws SQLException {
    tables("timestamptz(0)", "");
    keyless.reconciler.init();

    assertThat(backfill(keyless, End.of(Instant.parse("2000-01-01T00:00:00Z"))).problems())
        .singleElement()
        .asString()
        .contains("may keep less of at than the source", "--until end");
    assertThat(two.dbs.queryValue(two.dbs.target(), "select count(*) from t")).isEqualTo("0");

    assertThat(backfill(keyless, End.NONE).copied()).isEqualTo(400);
    assertThat(keyless.compare().inSync()).isTrue();
  }

  @Test
  @Guarantee("G4")
  void aRowDeletedMeanwhileDoesNotComeBackBehindItsSpan() throws Exception {
    two.source("create table t (id int primary key, at timestamptz not null, v int)");
    two.target("create table t (id int primary key, at timestamptz(0) not null, v int)");
    two.both("create index on t (at)");
    // The row's time is that of the next span's first row on the target.
    two.source(
        "insert into t select i, timestamptz '2000-01-01Z' + i * interval '1 s', i from generate_series(1, 200) i",
        "update t set at = at + interval '0.6 s' where id = 100");
    two.reconciler.init();
    CompletableFuture<TableBackfill> backfill;
    try (LockedCopy deliverer = deliverer()) {
      backfill = CompletableFuture.supplyAsync(() -> backfill(End.NONE));
      // The next span's worker may wait as well.
      Awaitility.await().until(() -> !"0".equals(two.dbs.queryValue(two.dbs.target(), WAITING)));
      two.source("delete from t where id = 100");
    }
    assertThat(backfill.get(2, TimeUnit.MINUTES).complete()).isTrue();
    two.dbs.assertSameRows("select * from t");
  }

  private LockedCopy deliverer() throws SQLException {
    try (Connection source = two.dbs.source().getConnection();
        Connection target = two.dbs.target().getConnection()) {
      Mirror mirror =
          Mirror.of(
              Catalog.read(source, "dualwrite"), Catalog.read(target, "dualwrite"), two.config);
      CopyContext context =
          CopyContext.of(
              two.config, Side.SOURCE, two.dbs.source(), two.dbs.target(), Duration.ofSeconds(20));
      return LockedCopy.begin(context, mirror.lane(mirror.tables().get(0)));
    }
  }

  private TableBackfill backfill(End end) {
    return backfill(two, end);
  }

  private static TableBackfill backfill(TwoDatabases databases, End end) {
    Backfill backfill =
        databases.reconciler.backfill(
            BackfillOptions.of(databases.config.reconciler())
                .end(end)
                .batchRows(100)
                .parallelism(1),
            BackfillProgress.NONE);
    return backfill.tables().get(0);
  }
}
