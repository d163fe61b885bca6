package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.Repair.TableRepair;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Triggers of the target that do something else than they are told. */
@WithDatabases
class RepairBesideTriggersTest {
  private static final String KEPT =
      "is still as it was although the target refused nothing: a trigger or rule there keeps it from being ";

  private TwoDatabases two;

  RepairBesideTriggersTest(TestDatabases dbs) {
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

  private void before(String event, String table, String body) throws SQLException {
    two.target(
        "create function does() returns trigger language plpgsql as $$ begin " + body + " end $$",
        "create trigger does before "
            + event
            + " on "
            + table
            + " for each row execute function does()");
  }

  private long rows(String table) throws SQLException {
    return Long.parseLong(two.dbs.queryValue(two.dbs.target(), "select count(*) from " + table));
  }

  private static TableRepair only(Repair repair) {
    assertThat(repair.tables()).hasSize(1);
    return repair.tables().get(0);
  }

  @Test
  void whatIsNotThereIsNotCounted() throws SQLException {
    two.both("create table t (id int primary key, v int)");
    two.source("insert into t select i, i from generate_series(1, 10) i");
    before("insert", "t", "if new.id in (3, 5) then return null; end if; return new;");

    TableRepair done = only(two.repair());

    assertThat(done.copied()).isEqualTo(8);
    assertThat(done.problems())
        .containsExactlyInAnyOrder("key 3: " + KEPT + "written", "key 5: " + KEPT + "written");
  }

  @Test
  void whatTheTargetRefusesBesideIsCountedRowByRow() throws SQLException {
    two.both("create table t (id int primary key, v int)");
    two.source("insert into t select i, i from generate_series(1, 10) i");
    before("insert", "t", "if new.id = 3 then return null; end if; return new;");
    two.target("alter table t add check (id <> 7)");

    TableRepair done = only(two.repair());

    assertThat(done.copied()).isEqualTo(8);
    assertThat(done.problems()).hasSize(2).contains("key 3: " + KEPT + "written");
  }

  /** What was swallowed leaves the limit to the rows behind it. */
  @ParameterizedTest
  @ValueSource(ints = {0, 4, 100})
  void aLimitOfChangesIsForWhatChanges(int limit) throws SQLException {
    two.both("create table t (id int primary key)");
    two.source("insert into t select generate_series(1, 30)");
    before("insert", "t", "if new.id <= 20 then return null; end if; return new;");

    TableRepair done = only(two.repair(RepairOptions.of(two.options()).maxChanges(limit)));

    assertThat(done.copied()).isEqualTo(Math.min(limit, 10)).isEqualTo(rows("t"));
  }

  @Test
  void whatStaysAsItWasIsNotCounted() throws SQLException {
    two.both(
        "create table t (id int primary key, v int)",
        "insert into t select i, i from generate_series(1, 3) i");
    two.target("update t set v = -v where id > 1", "insert into t values (9, 9)");
    before("update or delete", "t", "if tg_op = 'DELETE' then return null; end if; return old;");

    TableRepair done = only(two.repair(RepairOptions.of(two.options()).deleteExtra(true)));

    assertThat(done.copied() + done.deleted()).isZero();
    assertThat(done.problems())
        .containsExactlyInAnyOrder(
            "key 2: " + KEPT + "written",
            "key 3: " + KEPT + "written",
            "key 9: " + KEPT + "deleted");
  }

  /** Old ways of parting a table: the trigger puts the row elsewhere. */
  @Test
  void whatComesByAnotherWayIsCounted() throws SQLException {
    two.both("create table t (id int primary key, v int)");
    two.source("insert into t select i, i from generate_series(1, 10) i");
    before(
        "insert",
        "t",
        "if pg_trigger_depth() > 1 then return new; end if; insert into t select new.*; return null;");

    TableRepair done = only(two.repair());

    assertThat(done.problems()).isEmpty();
    assertThat(done.copied()).isEqualTo(10);
  }

  @Test
  void rowsWithoutAKeyAreNotDoubledByATriggerThatKeepsThem() throws SQLException {
    mirrorKWithoutAKey();
    two.both("create table k (v int)", "insert into k values (1), (2)");
    two.source("insert into k values (3)");
    before("delete", "k", "return null;");

    TableRepair done = only(two.repair());

    assertThat(rows("k")).isEqualTo(2);
    assertThat(done.copied() + done.deleted()).isZero();
    assertThat(done.problems())
        .containsExactly(
            "has no key and is replaced whole, which the target refuses: rows of public.k are still there after they were deleted (27000)");
  }

  @Test
  void rowsWithoutAKeyThatDoNotComeAreNotCounted() throws SQLException {
    mirrorKWithoutAKey();
    two.both("create table k (v int)", "insert into k values (1), (2)");
    two.source("insert into k values (3)");
    before("insert", "k", "if new.v = 3 then return null; end if; return new;");

    TableRepair done = only(two.repair());

    assertThat(done.copied()).isEqualTo(2).isEqualTo(rows("k"));
    assertThat(done.problems())
        .containsExactly(
            "has 2 rows now that 3 were written: triggers or rules of the target make others of them");
  }
}
