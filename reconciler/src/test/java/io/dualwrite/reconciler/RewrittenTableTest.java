package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A table that is rewritten or filled anew while its rows are asked for is not an empty one. */
@WithDatabases
class RewrittenTableTest {
  private static final String READERS =
      "select count(*) from pg_locks where not granted and relation in ('t'::regclass, to_regclass('t1'))";

  private final TestDatabases dbs;
  private final List<Rewriting> begun = new ArrayList<>();

  RewrittenTableTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @AfterEach
  void end() throws SQLException {
    for (Rewriting rewriting : begun) {
      rewriting.connection().close();
    }
  }

  /** A transaction that holds a table locked, and ends as soon as somebody waits for that. */
  private record Rewriting(Connection connection, CompletableFuture<Void> ended) {}

  private Progress rewriting(String sql, DataSource... sides) {
    return new Progress() {
      @Override
      public void begin(String table, int windows) {
        for (DataSource side : sides) {
          try {
            Connection connection = side.getConnection();
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
              statement.execute(sql);
            }
            begun.add(
                new Rewriting(
                    connection, CompletableFuture.runAsync(() -> commit(side, connection))));
          } catch (SQLException e) {
            throw new AssertionError(e);
          }
        }
      }
    };
  }

  private void commit(DataSource side, Connection connection) {
    Awaitility.await()
        .pollInterval(10, TimeUnit.MILLISECONDS)
        .until(() -> !"0".equals(dbs.queryValue(side, READERS)));
    try {
      connection.commit();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private TableComparison compare(TwoDatabases two, Progress progress) {
    Comparison comparison = two.reconciler.compare(two.options(), progress);
    begun.forEach(r -> r.ended().join());
    return comparison.tables().get(0);
  }

  private TwoDatabases with(TableOverride override) {
    return new TwoDatabases(
        dbs,
        MigrationConfig.builder("test")
            .tables(new TablesConfig(List.of("public.*"), List.of(), Map.of("public.t", override)))
            .build());
  }

  @Guarantee("G10")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "alter table t set unlogged",
        "truncate t; insert into t select i, i from generate_series(1, 100) i",
        "create table n (like t including all); insert into n select * from t; truncate t; insert into t table n"
      })
  void rowsOfTheSourceAreMissing(String rewrite) throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs);
    two.both("create table t (id int primary key, v int)");
    two.source("insert into t select i, i from generate_series(1, 100) i");

    TableComparison table = compare(two, rewriting(rewrite, dbs.source()));

    assertThat(table.missing()).isEqualTo(100);
    assertThat(table.sourceRows()).isEqualTo(100);
  }

  @Guarantee("G10")
  @Test
  void bothSidesAreNotEmpty() throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs);
    two.both("create table t (id int primary key, v int)");
    two.source("insert into t select i, i from generate_series(1, 100) i");
    two.target("insert into t select i, -i from generate_series(1, 50) i");

    TableComparison table =
        compare(two, rewriting("alter table t set unlogged", dbs.source(), dbs.target()));

    assertThat(table.changed()).isEqualTo(50);
    assertThat(table.missing()).isEqualTo(50);
  }

  @Test
  void rowsOfAKeylessTableAreMissing() throws SQLException {
    TwoDatabases two = with(TableOverride.builder().keylessRanges(true).build());
    two.both("create table t (v int)");
    two.source("insert into t select i from generate_series(1, 500) i");

    TableComparison table = compare(two, rewriting("alter table t set unlogged", dbs.source()));

    assertThat(table.missing()).isEqualTo(500);
  }

  /** There may be thousands of them, which are not locked before. */
  @Guarantee("G10")
  @Test
  void aPartitionThatIsRewrittenIsNoEmptyOne() throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs);
    two.both(
        "create table t (id int primary key, v int) partition by range (id)",
        "create table t1 partition of t default");
    two.source("insert into t select i, i from generate_series(1, 100) i");

    TableComparison table =
        compare(
            two,
            rewriting(
                "truncate t1; insert into t1 select i, i from generate_series(1, 100) i",
                dbs.source()));

    assertThat(table.windows())
        .allSatisfy(
            window -> {
              assertThat(window.status()).isEqualTo(WindowResult.Status.FAILED);
              assertThat(window.reason().orElseThrow()).contains("was rewritten or emptied");
            });
    assertThat(two.table().missing()).isEqualTo(100);
  }

  /** Such a user may lock no table. */
  @Guarantee("G10")
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoMayReadButColumnsIsNotFooledEither(boolean rewritten) throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs);
    two.both("create table t (id int primary key, v int)");
    two.source("insert into t select i, i from generate_series(1, 100) i");
    String user = "columns_" + dbs.database();
    two.source(
        "create role " + user + " login password 'columns'",
        "grant select (id, v) on t to " + user);
    try {
      PGSimpleDataSource reader = new PGSimpleDataSource();
      reader.setUrl(dbs.sourceServer().jdbcUrl(dbs.database()));
      reader.setUser(user);
      reader.setPassword("columns");
      if (!rewritten) {
        two.target("insert into t select i, i from generate_series(1, 100) i");
      }

      Comparison comparison =
          new Reconciler(two.config, reader, dbs.target())
              .compare(
                  two.options(),
                  rewritten
                      ? rewriting("alter table t set unlogged", dbs.source())
                      : Progress.NONE);
      begun.forEach(r -> r.ended().join());

      assertThat(comparison.inSync()).isNotEqualTo(rewritten);
      if (rewritten) {
        assertThat(comparison.tables().get(0).windows().get(0).reason())
            .hasValueSatisfying(r -> assertThat(r).contains("was rewritten or emptied"));
      }
    } finally {
      two.source("drop owned by " + user, "drop role " + user);
    }
  }

  @Test
  void aVerifiedRangeHasBeenRead() throws SQLException {
    TwoDatabases two = with(TableOverride.builder().timeColumn("at").appendOnly(true).build());
    two.both(
        "create table t (id int primary key, at timestamptz not null, v int)",
        "create index on t (at)");
    two.source(
        "insert into t select i, timestamptz '2001-01-14Z' + i * interval '1 min', i from generate_series(1, 100) i");
    two.target(
        "insert into t select i, timestamptz '2001-01-14Z' + i * interval '1 min', -i from generate_series(1, 90) i");
    two.reconciler.init();

    compare(two, rewriting("alter table t set unlogged", dbs.source(), dbs.target()));
    TableComparison again = two.table();

    assertThat(again.changed()).isEqualTo(90);
    assertThat(again.missing()).isEqualTo(10);
    assertThat(again.notReadAgain()).isEmpty();
  }
}
