package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.reconciler.repair.RepairPlan;
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

/** What foreign keys with an action do to rows beside those that a repair deletes: nothing. */
@WithDatabases
@Guarantee("G4")
class RepairOfReferredRowsTest {
  private final TestDatabases dbs;
  private TwoDatabases two;

  RepairOfReferredRowsTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.two = new TwoDatabases(dbs);
  }

  private void mirrorKWithoutAKey() {
    TableOverride ranges = TableOverride.builder().keylessRanges(true).build();
    two =
        new TwoDatabases(
            two.dbs,
            MigrationConfig.builder("test")
                .tables(
                    new TablesConfig(List.of("public.*"), List.of(), Map.of("public.k", ranges)))
                .build());
  }

  private String rows(String table) throws SQLException {
    return dbs.queryValue(
        dbs.target(), "select string_agg(t::text, ' ' order by t::text) from " + table + " t");
  }

  private RepairOptions all() {
    return RepairOptions.of(two.options()).deleteExtra(true);
  }

  private RepairOptions only(String table) {
    return RepairOptions.of(two.options().tables(List.of(table))).deleteExtra(true);
  }

  private static List<String> problems(Repair repair) {
    return repair.tables().stream().flatMap(t -> t.problems().stream()).toList();
  }

  private List<String> planned(RepairOptions options) {
    return two.reconciler.planRepair(options, Progress.NONE).tables().stream()
        .flatMap(t -> t.problem().stream())
        .toList();
  }

  private static List<String> done(Repair repair) {
    return repair.tables().stream()
        .map(t -> t.table() + ": " + t.copied() + ", " + t.deleted())
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "CASCADE, would go along (own_p_fkey is ON DELETE CASCADE)",
    "SET NULL, would be changed (own_p_fkey is ON DELETE SET NULL)",
    "SET DEFAULT, would be changed (own_p_fkey is ON DELETE SET DEFAULT)"
  })
  void ofTablesThatAreNotMirrored(String action, String does) throws SQLException {
    two.both("create table p (id int primary key)", "insert into p values (1)");
    two.target(
        "insert into p values (2)",
        "create table own (id int primary key, p int default 1 references p on delete "
            + action
            + ")",
        "insert into own values (1, 2)");
    String problem =
        "extra rows are not deleted: rows of public.own, which is not compared by key, " + does;

    assertThat(planned(all())).containsExactly(problem);
    Repair repair = two.repair(all());

    assertThat(rows("own")).isEqualTo("(1,2)");
    assertThat(problems(repair)).containsExactly(problem);
    assertThat(repair.deleted()).isZero();
    two.target("update own set p = null");
    assertThat(two.repair(all()).after().inSync()).as("no row refers to any").isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"CASCADE", "SET NULL"})
  void ofTablesThatReferToAPartition(String action) throws SQLException {
    two.source("create table p (id int primary key)", "insert into p values (1)");
    two.target(
        "create table p (id int primary key) partition by range (id)",
        "create table p1 partition of p for values from (0) to (100)",
        "insert into p values (1), (2)",
        "create table own (id int primary key, p int references p1 on delete " + action + ")",
        "insert into own values (1, 2)");

    Repair repair = two.repair(all());

    assertThat(rows("own")).isEqualTo("(1,2)");
    assertThat(problems(repair)).singleElement().asString().contains("own_p_fkey", action);
  }

  @ParameterizedTest
  @ValueSource(strings = {"CASCADE", "SET NULL"})
  void ofTablesBehindThoseThatGoAlong(String action) throws SQLException {
    two.both(
        "create table p (id int primary key)",
        "create table c (id int primary key, p int references p on delete cascade)");
    two.target(
        "insert into p values (2)",
        "insert into c values (2, 2)",
        "create table own (id int primary key, c int references c on delete " + action + ")",
        "insert into own values (1, 2)");

    Repair repair = two.repair(all());

    assertThat(rows("own")).isEqualTo("(1,2)");
    assertThat(repair.deleted()).isZero();
    assertThat(problems(repair)).hasSize(2).allMatch(p -> p.contains("public.own"));
  }

  /** The source still refers to it, where nothing forbids that. */
  @ParameterizedTest
  @ValueSource(strings = {"CASCADE", "SET NULL", "SET DEFAULT"})
  void thatAreAsTheSourceHasThem(String action) throws SQLException {
    two.both("create table p (id int primary key)", "insert into p values (1)");
    two.source("create table c (id int primary key, p int)");
    two.target(
        "create table c (id int primary key, p int default 1 references p on delete "
            + action
            + ")",
        "insert into p values (2)");
    two.both("insert into c values (1, 2)");

    Repair repair = two.repair(all());

    assertThat(rows("c")).isEqualTo("(1,2)");
    assertThat(problems(repair))
        .containsExactly(
            "key 2: rows of public.c refer to it, which are not to be changed or deleted (23503)");
    assertThat(done(repair)).allMatch(t -> t.endsWith(": 0, 0"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"CASCADE", "SET NULL", "SET DEFAULT"})
  void thatReferToAnotherRowInTheSource(String action) throws SQLException {
    two.both(
        "create table p (id int primary key)",
        "create table c (id int primary key, p int default 1 references p on delete "
            + action
            + ")",
        "insert into p values (1)");
    two.source("insert into c values (1, 1), (2, null)");
    two.target("insert into p values (2)", "insert into c values (1, 2), (2, 2), (3, 2)");

    Repair alone = two.repair(only("public.p"));

    assertThat(rows("c")).as("of a table not asked for").isEqualTo("(1,2) (2,2) (3,2)");
    assertThat(problems(alone))
        .containsExactly(
            "key 2: rows of public.c refer to it, which are not to be changed or deleted (23503)");
    RepairPlan plan = two.reconciler.planRepair(all(), Progress.NONE);
    Repair both = two.repair(all());
    assertThat(both.after().inSync()).isTrue();
    assertThat(done(both))
        .containsExactlyInAnyOrder("public.p: 0, 1", "public.c: 2, 1")
        .containsExactlyElementsOf(
            plan.tables().stream()
                .map(t -> t.table() + ": " + t.copied() + ", " + t.deleted())
                .toList());
  }

  @Test
  void extraRowsThatReferToEachOther() throws SQLException {
    two.both(
        "create table a (id int primary key, b int)",
        "create table b (id int primary key, a int references a on delete set null)",
        "alter table a add foreign key (b) references b on delete set null");
    two.target(
        "insert into a select i, null from generate_series(1, 3) i",
        "insert into b select i, i from generate_series(1, 3) i",
        "update a set b = id");

    Repair repair = two.repair(all());

    assertThat(repair.after().inSync()).isTrue();
    assertThat(done(repair)).containsExactlyInAnyOrder("public.a: 0, 3", "public.b: 0, 3");
  }

  /** A table without a key can only be replaced as a whole: all of its rows go. */
  @ParameterizedTest
  @CsvSource({
    "c, CASCADE, would go along",
    "c, SET NULL, would be changed",
    "own, CASCADE, would go along",
    "own, SET DEFAULT, would be changed"
  })
  void ofTablesThatReferToOneWithoutAKey(String table, String action, String does)
      throws SQLException {
    mirrorKWithoutAKey();
    two.both("create table k (id float8 primary key, v int)", "insert into k values (1, 1)");
    two.source("insert into k values (2, 2)");
    String child =
        "create table "
            + table
            + " (id int primary key, k float8 default 1 references k on delete "
            + action
            + ")";
    if (table.equals("own")) {
      two.target(child, "insert into own values (1, 1)");
    } else {
      two.both(child, "insert into c values (1, 1)");
    }

    for (RepairOptions options : List.of(only("public.k"), all())) {
      List<String> planned = planned(options);
      Repair repair = two.repair(options);

      assertThat(rows(table)).isEqualTo("(1,1)");
      assertThat(done(repair)).allMatch(t -> t.endsWith(": 0, 0"));
      assertThat(problems(repair))
          .containsExactly(
              "has no key and is replaced whole: rows of public."
                  + table
                  + " "
                  + does
                  + " ("
                  + table
                  + "_k_fkey is ON DELETE "
                  + action
                  + "). Drop that foreign key for as long as the repair takes")
          .isEqualTo(planned);
    }
    two.target("alter table " + table + " drop constraint " + table + "_k_fkey");
    assertThat(two.repair(only("public.k")).after().inSync()).isTrue();
  }
}
