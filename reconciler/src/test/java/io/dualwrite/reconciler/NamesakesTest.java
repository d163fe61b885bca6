package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.Difference.Kind;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several rows of one key on one side, where the key is not unique there, are differences. */
@WithDatabases
class NamesakesTest {
  private final TestDatabases dbs;

  NamesakesTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  private TwoDatabases with(TableOverride override) {
    return new TwoDatabases(
        dbs,
        MigrationConfig.builder("test")
            .tables(new TablesConfig(List.of("public.*"), List.of(), Map.of("public.t", override)))
            .build());
  }

  private static List<String> rows(TableComparison table) {
    return table.differences().stream()
        .map(d -> d.kind() + " " + d.key().values() + " " + d.rows())
        .toList();
  }

  @Guarantee("G10")
  @Test
  void ofTheTargetAreExtra() throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs);
    two.source("create table t (id int primary key, v int)");
    two.target("create table t (id int not null, v int)");
    two.source("insert into t values (1, 1), (2, 2), (3, 3)");
    two.target(
        "insert into t values (1, 1), (2, -2), (2, 2), (3, 3), (3, 3), (3, 3), (9, 9), (9, 8)");

    TableComparison table = two.table();

    assertThat(rows(table)).containsExactly("EXTRA [2] 1", "EXTRA [3] 2", "EXTRA [9] 2");
    assertThat(table.extra()).isEqualTo(5);
    assertThat(table.sourceRows()).isEqualTo(3);
    assertThat(table.targetRows()).isEqualTo(8);
  }

  @Guarantee("G10")
  @Test
  void ofTheSourceAreMissing() throws SQLException {
    TwoDatabases two = with(TableOverride.builder().key("id").build());
    two.both("create table t (id int not null, v int)");
    two.source("insert into t values (1, 1), (2, 2), (2, 2), (2, 2), (3, 4), (3, 3)");
    two.target("insert into t values (1, 1), (2, 2), (3, 3)");

    TableComparison table = two.table();

    assertThat(rows(table)).containsExactly("MISSING [2] 2", "MISSING [3] 1");
    assertThat(table.sourceRows()).isEqualTo(6);
    assertThat(table.targetRows()).isEqualTo(3);
  }

  @Test
  void asManyOnBothSidesAreComparedInAnyOrder() throws SQLException {
    TwoDatabases two = with(TableOverride.builder().key("id").build());
    two.both("create table t (id int not null, v int)");
    two.source("insert into t values (1, 1), (1, 2), (2, 1), (2, 2), (3, 3)");
    two.target("insert into t values (1, 2), (1, 1), (2, 2), (2, 5), (3, 4)");

    TableComparison table = two.table();

    assertThat(rows(table)).containsExactly("CHANGED [2] 1", "CHANGED [3] 1");
    assertThat(table.differences()).extracting(Difference::columns).containsOnly(List.of("v"));
  }

  @Guarantee("G10")
  @ParameterizedTest
  @CsvSource({
    "text, char(5), 'a', 'a '",
    "text, int, '1', '01'",
    "'numeric', 'numeric(10,2)', '1.001', '1.002'"
  })
  void keysThatBecomeOneAreCountedAgain(String source, String target, String one, String other)
      throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs);
    two.source(
        "create table t (k " + source + " primary key, v int)",
        "insert into t values ('" + one + "', 1), ('" + other + "', 1)");
    two.target(
        "create table t (k " + target + " primary key, v int)", "insert into t values ('1', 1)");
    if (target.startsWith("char")) {
      two.target("update t set k = 'a'");
    }

    TableComparison table = two.table();

    assertThat(table.inSync()).isFalse();
    assertThat(table.sourceRows()).isEqualTo(2);
    assertThat(table.targetRows()).isEqualTo(1);
    assertThat(table.missing() - table.extra()).isEqualTo(1);
  }

  @Guarantee("G10")
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTargetPartitionedByMoreThanTheKeyMayHaveStaleRows(boolean byTime) throws SQLException {
    TwoDatabases two =
        byTime ? with(TableOverride.builder().timeColumn("at").build()) : new TwoDatabases(dbs);
    two.source("create table t (id int primary key, at timestamptz not null, v int)");
    two.target(
        "create table t (id int, at timestamptz not null, v int, primary key (id, at)) partition by range (at)",
        "create table t1 partition of t default");
    two.source("insert into t values (1, '2001-01-14Z', 1), (2, '2001-01-14Z', 2)");
    two.target(
        "insert into t values (1, '2001-01-14Z', 1), (2, '2001-01-14Z', 2), (2, '2001-01-15Z', 2), (1, '2001-01-10Z', 1)");

    TableComparison table = two.table();
    Repair repair = two.repair(RepairOptions.of(two.options()).deleteExtra(true));

    assertThat(rows(table)).containsExactlyInAnyOrder("EXTRA [1] 1", "EXTRA [2] 1");
    assertThat(repair.after().inSync()).isFalse();
    assertThat(repair.tables().get(0).problems()).hasSize(2);
  }

  @Guarantee("G10")
  @Test
  void areLeftAloneByARepair() throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs);
    two.source(
        "create table t (id int primary key, v int)",
        "insert into t values (1, 1), (2, 2), (3, 3)");
    two.target(
        "create table t (id int not null, v int)",
        "insert into t values (1, 5), (1, 6), (2, 2), (9, 9), (9, 8)");

    Repair repair = two.repair(RepairOptions.of(two.options()).deleteExtra(true));

    assertThat(dbs.queryValue(dbs.target(), "select string_agg(t::text, ' ' order by t) from t"))
        .isEqualTo("(1,5) (1,6) (2,2) (3,3)");
    assertThat(repair.tables().get(0).problems())
        .containsExactly(
            "key 1: not repaired: 1 rows of the source and 2 of the target have this key and cannot be told apart. Delete those that are too many by hand");
    assertThat(repair.after().inSync()).isFalse();
    assertThat(rows(repair.after().tables().get(0))).containsExactly("EXTRA [1] 1");
  }

  @Guarantee("G10")
  @Test
  void rowsWithoutAKeyAreExtraAndStay() throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs);
    two.source("create table t (id int primary key, v int)");
    two.target("create table t (id int unique, v int)");
    two.both("insert into t values (1, 1), (2, 2)");
    two.target("insert into t values (null, 1), (null, 1)", "update t set v = 3 where id = 2");

    TableComparison table = two.table();
    Repair repair = two.repair(RepairOptions.of(two.options()).deleteExtra(true));

    assertThat(rows(table)).containsExactly("EXTRA [] 2", "CHANGED [2] 1");
    assertThat(table.differences()).extracting(Difference::kind).contains(Kind.EXTRA);
    assertThat(repair.tables().get(0).problems())
        .containsExactly(
            "rows whose key is null are not repaired: nothing tells them apart. Delete or complete them by hand");
    assertThat(rows(repair.after().tables().get(0))).containsExactly("EXTRA [] 2");
  }

  @Guarantee("G10")
  @Test
  void rowsWithoutAKeyAreInAWindowOfTheirTable() throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs);
    two.source("create table t (id int primary key, v int)");
    two.target("create table t (id int unique, v int)");
    two.both("insert into t select i, i from generate_series(1, 160000) i", "analyze t");
    two.target("insert into t select null, i from generate_series(1, 20) i");

    TableComparison table = two.table();

    assertThat(table.windows()).hasSizeGreaterThan(1);
    assertThat(table.extra()).isEqualTo(20);
    assertThat(table.targetRows()).isEqualTo(160_020);
  }
}
