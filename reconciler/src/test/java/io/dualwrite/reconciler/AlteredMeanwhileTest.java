package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is found of a table that is another one by the end says nothing of it. */
@WithDatabases
class AlteredMeanwhileTest {
  private final TestDatabases dbs;
  private final TwoDatabases two;

  AlteredMeanwhileTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.two = new TwoDatabases(dbs);
  }

  @Guarantee("G10")
  @Test
  void aColumnThatIsAddedIsNotInSync() throws SQLException {
    two.both("create table t (id int primary key, v int)", "insert into t values (1, 1)");

    Comparison comparison =
        two.reconciler.compare(
            two.options(),
            new Progress() {
              @Override
              public void begin(String table, int windows) {
                execute(true, "alter table t add column x int default 5");
              }
            });

    assertThat(comparison.inSync()).isFalse();
    assertThat(comparison.tables().get(0).windows().get(0).reason())
        .hasValue("source: public.t was altered on the source meanwhile: its columns are others");
  }

  @Guarantee("G10")
  @Test
  void aTableThatIsReplacedIsNotInSync() throws SQLException {
    two.both("create table t (id int primary key, v int)", "insert into t values (1, 1)");

    Comparison comparison =
        two.reconciler.compare(
            two.options(),
            new Progress() {
              @Override
              public void advance(String table, int windows, long rows) {
                execute(
                    false,
                    "alter table t rename to t_old",
                    "create table t (id int primary key, v int)");
              }
            });

    assertThat(comparison.inSync()).isFalse();
    assertThat(comparison.tables().get(0).windows().get(0).reason())
        .hasValue("target: public.t was replaced by another table on the target meanwhile");
  }

  private void execute(boolean source, String... sql) {
    try {
      dbs.execute(source ? dbs.source() : dbs.target(), sql);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Guarantee("G10")
  @Test
  void aDatabaseIsNotComparedWithItself() throws SQLException {
    two.source("create table t (id int primary key, v int)", "insert into t values (1, 1)");
    Reconciler itself = new Reconciler(two.config, dbs.source(), dbs.source());

    assertThatThrownBy(() -> itself.compare(two.options(), Progress.NONE))
        .isInstanceOf(ReconcilerException.class)
        .hasMessageStartingWith("source and target are the same database");
  }

  @Guarantee("G10")
  @Test
  void hashFunctionsOfTheUsersOwnAreNotAsked() throws SQLException {
    two.both(
        "create table t (id int primary key, v int)",
        "create function public.hashtextextended(text, int) returns bigint language sql immutable as 'select 1::bigint'");
    two.source("insert into t select i, i from generate_series(1, 10) i");
    two.target("insert into t select i, -i from generate_series(1, 10) i");

    Comparison comparison = two.compare(two.options().checksum(Optional.of(Checksum.TEXT)));

    assertThat(comparison.tables().get(0).changed()).isEqualTo(10);
  }
}
