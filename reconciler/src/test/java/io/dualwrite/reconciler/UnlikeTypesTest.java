package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@WithDatabases
class UnlikeTypesTest {
  private final TwoDatabases two;

  UnlikeTypesTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  @ParameterizedTest
  @EnumSource(Checksum.class)
  void valuesAreComparedAsTheTargetHoldsThem(Checksum checksum) throws SQLException {
    two.source(
        "create type mood as enum ('sad', 'glad')",
        """
        create table t (id int primary key, a int, b timestamp, c numeric, d text, e json, f mood, g char(5), h varchar(9), i real,
          j text, k timestamptz, l text)""");
    two.target(
        """
        create table t (id bigint primary key, a bigint, b timestamptz, c numeric(10,2), d varchar(20), e jsonb, f text, g text, h char(9),
          i float8, j uuid, k timestamp, l int)""");
    two.both(
        """
        insert into t values (1, 7, '2001-01-14 10:00:00.000001', 1.50, 'd', '{"a":1,"b":2}', 'sad', 'g', 'h', 0.5,
          'd1a4c0de-0000-4000-8000-000000000001', '2001-01-14 10:00', '7')""",
        "insert into t (id) values (2)");

    assertThat(compare(checksum).inSync()).isTrue();

    for (String change :
        new String[] {
          "a = 4294967303",
          "b = b + interval '1 us'",
          "c = 1.51",
          "d = 'd '",
          "e = '{\"a\":1}'",
          "f = 'glad'",
          "g = 'g '",
          "h = 'x'",
          "i = 0.5000001",
          "j = 'd1a4c0de-0000-4000-8000-000000000002'",
          "k = k - interval '1 us'",
          "l = 8"
        }) {
      two.target(
          "begin; create table if not exists kept as select * from t; update t set "
              + change
              + " where id = 1; commit");
      TableComparison table = compare(checksum).tables().get(0);
      assertThat(table.differences())
          .as(change)
          .singleElement()
          .satisfies(d -> assertThat(d.columns()).containsExactly(change.substring(0, 1)));
      two.target("begin; delete from t; insert into t select * from kept; commit");
    }
  }

  @Test
  void aScaleOfTheTargetIsSaidAndNotADifference() throws SQLException {
    two.source("create table t (id int primary key, amount numeric, at timestamptz)");
    two.target("create table t (id int primary key, amount numeric(10,2), at timestamptz(3))");
    two.source("insert into t values (1, 1.005, '2001-01-14 10:00:00.123456Z')");
    two.target("insert into t values (1, 1.01, '2001-01-14 10:00:00.123Z')");

    TableComparison table = two.table();

    assertThat(table.inSync()).isTrue();
    assertThat(table.notes())
        .containsExactly(
            "amount: numeric compared as numeric(10,2)",
            "at: timestamp with time zone compared as timestamp(3) with time zone");
  }

  @Test
  void aTextCutShortIsADifference() throws SQLException {
    two.source("create table t (id int primary key, name text)");
    two.target("create table t (id int primary key, name varchar(3))");
    two.source("insert into t values (1, 'abcdef')");
    two.target("insert into t values (1, 'abc')");

    assertThat(two.table().changed()).isEqualTo(1);
  }

  @Test
  @Guarantee("G10")
  void aValueThatTheTargetsTypeCannotHoldIsAFailureAndIsNotShown() throws SQLException {
    two.source("create table t (id int primary key, name text)");
    two.target("create table t (id int primary key, name int)");
    two.source("insert into t values (1, 'secret')");

    TableComparison table = two.table();

    assertThat(table.inSync()).isFalse();
    assertThat(table.count(Status.FAILED)).isEqualTo(1);
    assertThat(table.windows().get(0).reason())
        .hasValueSatisfying(
            r -> assertThat(r).startsWith("source: ").contains("22P02").doesNotContain("secret"));
  }

  @Test
  void renamedReorderedAndIgnoredColumnsAreComparedByTheirPairs() throws SQLException {
    var override =
        io.dualwrite.jdbc.config.TableOverride.builder()
            .target("app.things")
            .columns(java.util.Map.of("name", "Title"))
            .ignoreColumns("loaded_at")
            .build();
    var config =
        io.dualwrite.jdbc.config.MigrationConfig.builder("test")
            .tables(
                new io.dualwrite.jdbc.config.TablesConfig(
                    java.util.List.of("public.*"),
                    java.util.List.of(),
                    java.util.Map.of("public.t", override)))
            .build();
    TwoDatabases renamed = new TwoDatabases(two.dbs, config);
    two.source(
        "create table t (id int primary key, name text, n int, loaded_at timestamptz default now())");
    two.target(
        "create schema app",
        "create table app.things (n int, \"Title\" text, id int primary key, more text)");
    two.source("insert into t select i, 'n' || i, i from generate_series(1, 20) i");
    two.target("insert into app.things select i, 'n' || i, i from generate_series(1, 20) i");

    assertThat(renamed.compare().inSync()).isTrue();

    two.target("update app.things set \"Title\" = 'x' where id = 7");
    assertThat(renamed.table().differences())
        .singleElement()
        .satisfies(d -> assertThat(d.columns()).containsExactly("name"));
  }

  private Comparison compare(Checksum checksum) {
    return two.compare(two.options().checksum(Optional.of(checksum)));
  }
}
