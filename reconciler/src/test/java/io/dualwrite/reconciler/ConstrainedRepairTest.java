package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Repairs of tables whose rows depend on each other. */
@WithDatabases
@Guarantee("G4")
class ConstrainedRepairTest {
  private static final String DEFERRED = " deferrable initially deferred";

  private final TwoDatabases two;

  ConstrainedRepairTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  private RepairOptions options() {
    return RepairOptions.of(two.options());
  }

  private void assertRepaired(Repair repair, String... tables) throws SQLException {
    assertThat(repair.after().inSync()).as("%s", repair).isTrue();
    for (String table : tables) {
      two.dbs.assertSameRows("select * from " + table);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", DEFERRED})
  void tablesThatReferToEachOther(String deferred) throws SQLException {
    two.both(
        "create table a (id int primary key, b int)",
        "create table b (id int primary key, a int not null references a" + deferred + ")",
        "alter table a add foreign key (b) references b" + deferred);
    two.source(
        "begin",
        "set constraints all deferred",
        "insert into a select i, null from generate_series(1, 200) i",
        "insert into b select i, i from generate_series(1, 200) i",
        "update a set b = 201 - id",
        "commit");

    Repair repair = two.repair();

    assertRepaired(repair, "a", "b");
    assertThat(repair.copied()).isEqualTo(400);
    two.target("delete from a where false", "update a set b = null where id < 50");
    assertRepaired(two.repair(), "a", "b");
  }

  /** Every row refers to the one behind it, so that no step has all that its rows need. */
  @ParameterizedTest
  @ValueSource(strings = {"", DEFERRED})
  void rowsThatReferToRowsBehindThem(String deferred) throws SQLException {
    two.both("create table t (id int primary key, next int references t" + deferred + ")");
    two.source("insert into t select i, nullif(i + 1, 6001) from generate_series(1, 6000) i");

    Repair repair = two.repair();

    assertRepaired(repair, "t");
    assertThat(repair.copied()).isEqualTo(6000);
    two.source("delete from t where id < 3000");
    Repair deleting = two.repair(options().deleteExtra(true));
    assertRepaired(deleting, "t");
    assertThat(deleting.deleted()).isEqualTo(2999);
  }

  @Test
  void aTextThatTheTargetCannotParseHoldsNoOtherRowBack() throws SQLException {
    two.both("create table t (id int primary key, v text)");
    two.target("alter table t add check (v::jsonpath is not null)");
    two.source("insert into t values (1, '$.a'), (2, '$.a secret'), (3, '$.c')");

    Repair repair = two.repair();

    assertThat(repair.copied()).isEqualTo(2);
    assertThat(repair.after().inSync()).isFalse();
    assertThat(repair.tables().get(0).problems())
        .singleElement()
        .asString()
        .contains("key 2", "the value was refused (42601")
        .doesNotContain("secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"45000", "AB123", "P0001", "27000"})
  void aTriggerThatRefusesARowHoldsNoOtherRowBack(String state) throws SQLException {
    two.both("create table t (id int primary key)");
    two.source("insert into t select generate_series(1, 10)");
    two.target(
        "create function no() returns trigger language plpgsql as $$ begin if new.id = 5 then raise exception 'no %', new.id using errcode = '"
            + state
            + "'; end if; return new; end $$",
        "create trigger no before insert on t for each row execute function no()");

    Repair repair = two.repair();

    assertThat(repair.copied()).isEqualTo(9);
    assertThat(repair.tables().get(0).problems())
        .singleElement()
        .asString()
        .startsWith("key 5: the value was refused (" + state);
    assertThat(two.dbs.query(two.dbs.target(), "select id from t")).hasSize(9);
  }

  @Test
  void arraysKeepTheirNullsWhateverTheTargetsSettings() throws SQLException {
    two.both("create table t (id int primary key, a text[], b int)");
    two.source("insert into t values (1, array['x', null], null)");
    two.target(
        "do $$ begin execute 'alter database ' || current_database() || ' set array_nulls = off'; end $$");

    assertRepaired(two.repair(), "t");
  }

  @Test
  void whatIsDeletedTakesNoRowAlongThatTheSourceHas() throws SQLException {
    two.both(
        "create table parent (id int primary key)",
        "create table child (id int primary key, parent int references parent on delete cascade)",
        "create table grandchild (id int primary key, child int references child on delete cascade)",
        "insert into parent values (1)",
        "insert into child values (1, 1)",
        "insert into grandchild values (1, 1)");
    two.target(
        "insert into parent values (2)",
        "insert into child values (2, 2)",
        "insert into grandchild values (2, 2)",
        "update child set parent = 2 where id = 1",
        "update grandchild set child = 2");
    two.target(
        "create table seen (id int)",
        "create function see() returns trigger language plpgsql as $$ begin insert into seen values (old.id); return old; end $$",
        "create trigger see after delete on child for each row execute function see()");

    Repair repair = two.repair(options().deleteExtra(true));

    assertRepaired(repair, "parent", "child", "grandchild");
    assertThat(two.dbs.queryValue(two.dbs.target(), "select string_agg(id::text, ',') from seen"))
        .isEqualTo("2");
  }

  @Test
  void rowsOfTablesThatAreNotMirroredAreNotTakenAlong() throws SQLException {
    two.both("create table parent (id int primary key)", "insert into parent values (1)");
    two.target(
        "insert into parent values (2), (3)",
        "create table own (id int primary key, parent int references parent on delete cascade)",
        "insert into own values (1, 2)");

    Repair repair = two.repair(options().deleteExtra(true));

    assertThat(two.dbs.queryValue(two.dbs.target(), "select count(*) from own")).isEqualTo("1");
    assertThat(repair.deleted()).isZero();
    assertThat(repair.tables().get(0).problems())
        .containsExactly(
            "extra rows are not deleted: rows of public.own, which is not compared by key, would go along (own_parent_fkey is ON DELETE CASCADE)");
  }

  @Test
  void anExtraRowThatIsInTheWayStaysUnlessDeletingIsAllowed() throws SQLException {
    two.both("create table t (id int primary key, name text unique)");
    two.source("insert into t values (1, 'a'), (2, 'b')");
    two.target("insert into t values (9, 'a')");

    Repair repair = two.repair();

    assertThat(repair.copied()).isEqualTo(1);
    assertThat(repair.deleted()).isZero();
    assertThat(repair.tables().get(0).problems())
        .singleElement()
        .asString()
        .startsWith("key 1: ")
        .contains("t_name_key", "23505", "--delete-extra");
    assertThat(two.dbs.queryValue(two.dbs.target(), "select name from t where id = 9"))
        .isEqualTo("a");
    assertRepaired(two.repair(options().deleteExtra(true)), "t");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", DEFERRED})
  void uniqueValuesInACircle(String deferred) throws SQLException {
    two.both(
        "create table t (id int primary key, name text not null, unique (name)" + deferred + ")",
        "insert into t select i, 'n' || i from generate_series(1, 300) i");
    two.source(
        "begin",
        "update t set name = 'x' || name",
        "update t set name = 'n' || 1 + id % 300",
        "commit");

    assertRepaired(two.repair(), "t");
  }

  @Test
  void generatedColumnsIdentitiesAndTriggers() throws SQLException {
    two.both(
        "create table t (id int generated always as identity primary key, v int, twice int generated always as (v * 2) stored, at timestamptz default now())");
    two.source("insert into t (v) select i from generate_series(1, 100) i");
    two.target(
        "insert into t overriding system value values (5, 1)",
        "create table log (id int)",
        "create function log() returns trigger language plpgsql as $$ begin insert into log values (new.id); return new; end $$",
        "create trigger log after insert or update on t for each row execute function log()");

    assertRepaired(two.repair(), "t");
    assertThat(two.dbs.queryValue(two.dbs.target(), "select count(*) from log"))
        .as("triggers run as for deliveries")
        .isEqualTo("100");
  }

  private RepairOptions only(String... tables) {
    return RepairOptions.of(two.options().tables(List.of(tables)));
  }

  private static List<String> done(Repair repair) {
    return repair.tables().stream()
        .map(t -> t.table() + ": " + t.copied() + ", " + t.deleted())
        .toList();
  }

  private void family(String onDelete) throws SQLException {
    two.both(
        "create table parent (id int primary key)",
        "create table child (id int primary key, parent int references parent" + onDelete + ")");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", DEFERRED, " on delete cascade"})
  void rowsOfTablesNotAskedForStay(String constraint) throws SQLException {
    family(constraint);
    two.target("insert into parent values (1), (2)", "insert into child values (5, 1)");
    List<RepairOptions> withoutChild =
        List.of(
            only("public.parent").deleteExtra(true),
            RepairOptions.of(two.options().exclude(List.of("public.child"))).deleteExtra(true));

    for (RepairOptions options : withoutChild) {
      Repair repair = two.repair(options);

      assertThat(two.dbs.query(two.dbs.target(), "select id from child")).hasSize(1);
      assertThat(two.dbs.query(two.dbs.target(), "select id from parent")).hasSize(1);
      assertThat(repair.tables().get(0).problems())
          .containsExactly(
              "key 1: rows of public.child refer to it, which are not to be changed or deleted (23503)");
    }

    assertRepaired(two.repair(options().deleteExtra(true)), "parent", "child");
  }

  @Test
  void rowsOutsideOfTheRangeStay() throws SQLException {
    TwoDatabases dated = dated();
    dated.both(
        "create table parent (id int primary key)",
        "create table child (id int primary key, parent int references parent on delete cascade, at timestamptz)");
    dated.target(
        "insert into parent values (1), (2)",
        "insert into child values (1, 1, '2001-01-01'), (2, 2, '2002-01-01')");

    Repair repair =
        dated.repair(
            RepairOptions.of(
                    dated.options().range(Optional.of("2001-01-01"), Optional.of("2001-02-01")))
                .deleteExtra(true));

    assertThat(done(repair)).containsExactly("public.parent: 0, 1", "public.child: 0, 1");
    assertThat(two.dbs.queryValue(two.dbs.target(), "select id from child")).isEqualTo("2");
  }

  private TwoDatabases dated() {
    return new TwoDatabases(
        two.dbs,
        MigrationConfig.builder("test")
            .tables(
                new TablesConfig(
                    List.of("public.*"),
                    List.of(),
                    Map.of("public.child", TableOverride.builder().timeColumn("at").build())))
            .build());
  }

  @Test
  void whatIsChangedInAnotherTableIsCountedThere() throws SQLException {
    family("");
    two.source("insert into parent values (1), (2)", "insert into child values (7, 1), (8, 2)");

    assertThat(done(two.repair(only("public.child"))))
        .containsExactly("public.child: 2, 0", "public.parent: 2, 0");
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 0", "2, 1", "3, 1", "4, 2", "5, 2", "6, 3", "7, 3"})
  void aLimitOfChangesHoldsForWhatIsPulledAlongToo(int limit, int children) throws SQLException {
    family("");
    two.source(
        "insert into parent select generate_series(1, 200)",
        "insert into child select i, i from generate_series(1, 200) i");

    Repair repair = two.repair(only("public.child").maxChanges(limit));

    assertThat(repair.copied()).isEqualTo(2 * children);
    assertThat(two.dbs.queryValue(two.dbs.target(), "select count(*) from child"))
        .isEqualTo("" + children);
    assertThat(repair.stopped()).isTrue();
    if (limit % 2 == 1) {
      assertThat(repair.tables().get(0).problems())
          .containsExactly(
              "key "
                  + (children + 1)
                  + ": not repaired: more rows have to be changed with it than --max-changes leaves");
    }
  }

  @Test
  void aLimitOfChangesHoldsForWhatGoesAlongByCascade() throws SQLException {
    two.both("create table t (id int primary key, up int references t on delete cascade)");
    two.target("insert into t select i, nullif(i - 1, 0) from generate_series(1, 10) i");

    Repair repair = two.repair(options().deleteExtra(true).maxChanges(9));

    assertThat(repair.deleted()).isZero();
    assertThat(repair.stopped()).isTrue();
    assertThat(two.dbs.queryValue(two.dbs.target(), "select count(*) from t")).isEqualTo("10");
    assertRepaired(two.repair(options().deleteExtra(true).maxChanges(10)), "t");
  }

  @Test
  void extraRowsThatReferToEachOtherAreCountedWhereTheyWere() throws SQLException {
    two.both(
        "create table a (id int primary key, b int)",
        "create table b (id int primary key, a int references a on delete cascade)",
        "alter table a add foreign key (b) references b on delete cascade");
    two.target(
        "insert into a select i, null from generate_series(1, 3) i",
        "insert into b select i, i from generate_series(1, 3) i",
        "update a set b = id");

    Repair repair = two.repair(options().deleteExtra(true));

    assertRepaired(repair, "a", "b");
    assertThat(done(repair)).containsExactlyInAnyOrder("public.a: 0, 3", "public.b: 0, 3");
  }
}
