package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Tables that are cut by their key, into several windows: they have more rows than one query reads.
 */
@WithDatabases
class KeyWindowsTest {
  private static final int ROWS = 120_000;

  private final TestDatabases dbs;
  private final TwoDatabases two;

  KeyWindowsTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.two = new TwoDatabases(dbs);
  }

  private void fill(String create, String select) throws SQLException {
    two.both(
        create,
        "insert into t " + select + " from generate_series(1, " + ROWS + ") i",
        "analyze t");
  }

  @Test
  void keysThatBeginWithADate() throws SQLException {
    fill(
        "create table t (day date, id int, primary key (day, id))",
        "select date '2001-01-14' + i % 365, i");
    two.target("update t set day = day + 1 where id = 777");
    TableComparison table = several();
    assertThat(table.missing()).isEqualTo(1);
    assertThat(table.extra()).isEqualTo(1);
  }

  @Test
  void keysThatBeginWithATime() throws SQLException {
    fill(
        "create table t (at timestamptz, other timestamptz, primary key (at, other))",
        "select timestamptz '2001-01-14 10:00:00.5Z' + i * interval '1 min', timestamptz '2001-01-14Z'");
    two.both(
        "insert into t values ('infinity', 'infinity'), ('0044-03-15 BC', '2001-01-14Z'), ('12001-01-01Z', 'infinity')");
    two.target("delete from t where at = '0044-03-15 BC'");
    assertThat(several().missing()).isEqualTo(1);
  }

  @Test
  void aTableThatIsCalledLikeAnAlias() throws SQLException {
    for (String name : List.of("w", "r", "t", "s", "d")) {
      two.both(
          "create table " + name + " (id int primary key, k int, n int, h int)",
          "insert into " + name + " select i, 0, 0, 0 from generate_series(1, " + ROWS / 2 + ") i",
          "analyze " + name);
      two.target("update " + name + " set k = 1 where id = 777");
    }
    assertThat(two.compare().tables())
        .hasSize(5)
        .allSatisfy(
            table -> {
              assertThat(table.changed()).isEqualTo(1);
              assertThat(table.windows()).hasSizeBetween(2, 10);
            });
  }

  @Test
  void theTargetsNumbersMayGoBeyondTheSources() throws SQLException {
    two.source("create table t (id int primary key)");
    two.target("create table t (id bigint primary key)");
    two.both("insert into t select i from generate_series(1, 100) i");
    two.target(
        "insert into t select 5000000000 + i from generate_series(1, " + ROWS + ") i", "analyze t");
    assertThat(several().extra()).isEqualTo(ROWS);
  }

  @Test
  void timesAsFarApartAsTheyCanBe() throws SQLException {
    TableOverride byTime = TableOverride.builder().timeColumn("at").build();
    TwoDatabases timed =
        new TwoDatabases(
            dbs,
            MigrationConfig.builder("test")
                .tables(
                    new TablesConfig(List.of("public.*"), List.of(), Map.of("public.t", byTime)))
                .build());
    timed.both(
        "create table t (id int primary key, at timestamptz)",
        "create index on t (at)",
        "insert into t values (1, '294276-12-31 23:59:59.999999Z'), (2, '4714-11-24Z BC'), (3, 'infinity'), (4, null), (5, '2001-01-14')",
        "analyze t");
    timed.target("update t set at = at - interval '1 us' where id = 1");
    TableComparison table = timed.table();
    assertThat(table.sourceRows()).isEqualTo(5);
    assertThat(table.changed()).isEqualTo(1);
  }

  private TableComparison several() {
    TableComparison table = two.table();
    assertThat(table.windows()).hasSizeGreaterThan(2);
    return table;
  }
}
