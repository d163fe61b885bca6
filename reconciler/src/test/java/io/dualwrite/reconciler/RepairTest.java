package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.Phase;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

@WithDatabases
class RepairTest {
  private static final String AIRPORTS = "create table airports (iata text primary key, name text)";
  private static final String FLIGHTS =
      "create table flights (id bigint generated always as identity primary key, at timestamptz not null, origin text references airports,"
          + " delay int, previous bigint references flights)";

  private final TwoDatabases two;

  RepairTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  private RepairOptions options() {
    return RepairOptions.of(two.options());
  }

  @Test
  void historyIsBroughtOverParentsBeforeChildren() throws SQLException {
    two.both(AIRPORTS, FLIGHTS);
    two.source(
        "insert into airports select 'A' || i, 'name ' || i from generate_series(1, 300) i",
        "insert into flights (at, origin, delay, previous) select timestamptz '2001-01-14Z' + i * interval '10 s', 'A' || 1 + i % 300, i,"
            + " case when i % 3 = 0 then i - 1 end from generate_series(1, 30000) i");

    Repair repair = two.repair();

    assertThat(repair.copied()).isEqualTo(30_300);
    assertThat(repair.after().inSync()).isTrue();
    two.dbs.assertSameRows("select * from airports");
    two.dbs.assertSameRows("select * from flights");
    assertThat(two.repair().copied()).isZero();
  }

  @Test
  void exactlyWhatDiffersIsCopiedAndExtraRowsStay() throws SQLException {
    two.both(
        "create table t (id int primary key, v int)",
        "insert into t select i, i from generate_series(1, 5000) i");
    two.target(
        "delete from t where id = 5",
        "update t set v = 0 where id in (7, 8)",
        "insert into t values (9999, 1)");

    Repair repair = two.repair();

    assertThat(repair.copied()).isEqualTo(3);
    assertThat(repair.deleted()).isZero();
    assertThat(repair.after().inSync()).isFalse();
    assertThat(repair.after().tables().get(0).extra()).isEqualTo(1);

    Repair deleting = two.repair(options().deleteExtra(true));

    assertThat(deleting.copied()).isZero();
    assertThat(deleting.deleted()).isEqualTo(1);
    assertThat(deleting.after().inSync()).isTrue();
    two.dbs.assertSameRows("select * from t");
  }

  @Test
  void extraRowsAreDeletedChildrenBeforeParents() throws SQLException {
    two.both(AIRPORTS, FLIGHTS, "insert into airports values ('LAS', 'x')");
    two.target(
        "insert into airports values ('XXX', 'extra')",
        "insert into flights (at, origin) select '2001-01-14Z', 'XXX' from generate_series(1, 10)");

    Repair repair = two.repair(options().deleteExtra(true));

    assertThat(repair.deleted()).isEqualTo(11);
    assertThat(repair.after().inSync()).isTrue();
  }

  @Test
  void uniqueValuesThatSwappedAreRepaired() throws SQLException {
    two.both(
        "create table t (id int primary key, name text unique)",
        "insert into t values (1, 'a'), (2, 'b'), (3, 'c')");
    two.target(
        "update t set name = 'x' where id = 1",
        "update t set name = 'a' where id = 2",
        "update t set name = 'b' where id = 1");

    Repair repair = two.repair();

    assertThat(repair.after().inSync()).as("%s", repair).isTrue();
    two.dbs.assertSameRows("select * from t");
  }

  @Test
  void itStopsAtTheLimitOfChanges() throws SQLException {
    two.both("create table t (id int primary key, v int)");
    two.source("insert into t select i, i from generate_series(1, 100) i");

    Repair repair = two.repair(options().maxChanges(30));

    assertThat(repair.copied()).isEqualTo(30);
    assertThat(repair.stopped()).isTrue();
    assertThat(repair.after().tables().get(0).missing()).isEqualTo(70);
  }

  @Test
  void aRowThatTheTargetRefusesIsNamedAndTheRestIsRepaired() throws SQLException {
    two.source(
        "create table t (id int primary key, v int)",
        "insert into t select i, i from generate_series(1, 100) i");
    two.target("create table t (id int primary key, v int check (v <> 50))");

    Repair repair = two.repair();

    assertThat(repair.copied()).isEqualTo(99);
    assertThat(repair.tables().get(0).problems())
        .singleElement()
        .asString()
        .startsWith("key 50: ")
        .contains("t_v_check", "23514");
    assertThat(repair.after().tables().get(0).missing()).isEqualTo(1);
  }

  @Test
  void aTableWithoutAKeyIsReplacedWhole() throws SQLException {
    var override = io.dualwrite.jdbc.config.TableOverride.builder().keylessRanges(true).build();
    TwoDatabases keyless =
        new TwoDatabases(
            two.dbs,
            MigrationConfig.builder("test")
                .tables(
                    new io.dualwrite.jdbc.config.TablesConfig(
                        java.util.List.of("public.*"),
                        java.util.List.of(),
                        java.util.Map.of("public.k", override)))
                .build());
    two.both("create table k (v int)", "insert into k values (1), (1), (2)");
    two.target("delete from k where v = 2");

    assertThat(keyless.repair().after().inSync()).isTrue();

    two.target("insert into k values (1)");
    Repair refused = keyless.repair();
    assertThat(refused.after().inSync()).isFalse();
    assertThat(refused.tables().get(0).problems())
        .containsExactly(
            "has no key and rows that the source has not: it can only be replaced whole, with --delete-extra");

    assertThat(keyless.repair(options().deleteExtra(true)).after().inSync()).isTrue();
    two.dbs.assertSameRows("select * from k");
  }

  @Test
  void aCompleteComparisonInSyncClosesTheGapsBeforeIt() throws SQLException {
    two.both("create table t (id int primary key, v int)");
    two.reconciler.init();
    two.source(
        "insert into dualwrite.gaps (migration, instance, reason, since, until) values"
            + " ('test', 'gone', 'kill switch', now() - interval '1 h', now() - interval '1 min')",
        "insert into dualwrite.gaps (migration, instance, reason, since) values ('test', 'vanished', 'kill switch', now() - interval '1 h')",
        "insert into dualwrite.gaps (migration, instance, reason, since) values ('test', 'alive', 'kill switch', now() - interval '1 h')",
        "insert into dualwrite.instances (instance, migration, state) values ('alive', 'test', '')",
        "insert into t values (1, 1)");

    assertThat(two.compare().inSync()).isFalse();
    assertThat(two.reconciler.status().gaps()).hasSize(3);

    Repair repair = two.repair();

    assertThat(repair.gapsReconciled()).isEqualTo(2);
    assertThat(two.reconciler.status().gaps())
        .singleElement()
        .satisfies(g -> assertThat(g.instance()).isEqualTo("alive"));
  }

  @Test
  void withTheTargetAsPrimaryNothingIsOverwritten() throws SQLException {
    TwoDatabases swapped =
        new TwoDatabases(
            two.dbs, MigrationConfig.builder("test").phase(Phase.TARGET_PRIMARY).build());
    two.both("create table t (id int primary key, v int)");
    two.target("insert into t values (1, 1)");

    assertThatThrownBy(swapped::repair)
        .isInstanceOf(ReconcilerException.class)
        .hasMessageStartingWith(
            "repair copies from the source to the target, and the target is primary");
    assertThat(swapped.table().extra()).isEqualTo(1);
  }
}
