package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.backfill.Backfill;
import io.dualwrite.reconciler.backfill.BackfillOptions;
import io.dualwrite.reconciler.backfill.BackfillOptions.End;
import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.Seeds;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** History is loaded while applications insert, update, delete and change keys all over it. */
@WithDatabases
class BackfillBesideWritesTest {
  private static final int ROWS = 30_000;

  private final TwoDatabases two;

  BackfillBesideWritesTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  @ParameterizedTest
  @EnumSource(
      value = FailurePolicy.class,
      names = {"RECOVER", "STRICT"})
  @Guarantee("G4")
  void bothSidesAreEqualInTheEnd(FailurePolicy policy) {
    Seeds.check(1, random -> load(policy, random.nextLong()));
  }

  private void load(FailurePolicy policy, long seed) throws Exception {
    two.dbs.executeOnBoth("drop schema if exists dualwrite cascade");
    two.reconciler.init();
    two.both(
        "create table owners (id int primary key, name text)",
        "create table items (id int primary key, owner int references owners on delete cascade, v int, code text unique)");
    two.source(
        "insert into owners select i, 'o' || i from generate_series(1, 200) i",
        "insert into items select i, 1 + i % 200, i, 'c' || i from generate_series(1, "
            + ROWS
            + ") i");
    MigrationConfig config = MigrationConfig.builder("test").failurePolicy(policy).build();
    try (LiveWrites live =
        new LiveWrites(two.dbs, config, 3, seed, BackfillBesideWritesTest::change)) {
      Backfill backfill =
          two.reconciler.backfill(
              BackfillOptions.of(config.reconciler()).end(End.NONE).parallelism(3).batchRows(1_500),
              BackfillProgress.NONE);
      long writes = live.stop();
      String context = "seed " + seed + ", " + writes + " writes, " + backfill;
      assertThat(backfill.complete()).as(context).isTrue();
      assertThat(writes).as(context).isPositive();
      two.dbs.awaitSameRows("select * from owners");
      two.dbs.awaitSameRows("select * from items");
    }
  }

  private static void change(Statement statement, Random random) throws SQLException {
    int id = 1 + random.nextInt(ROWS);
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> statement.execute("update items set v = v + 1 where id = " + id);
      case 3 -> statement.execute("delete from items where id = " + id);
      case 4 -> statement.execute("update items set id = id + " + ROWS + " where id = " + id);
      case 5 -> {
        statement.execute("delete from items where id = " + id);
        statement.getConnection().commit();
        statement.execute(
            "insert into items values (" + id + ", null, -1, null) on conflict do nothing");
      }
      case 6 ->
          statement.execute(
              "update items set code = 'x' || id where id between " + id + " and " + (id + 20));
      case 7 ->
          statement.execute(
              "insert into items values ("
                  + (id + 2 * ROWS)
                  + ", 1, 0, null) on conflict (id) do update set v = items.v + 1");
      case 8 ->
          statement.execute("update owners set name = name || '.' where id = " + (1 + id % 200));
      default -> statement.execute("delete from items where id between " + id + " and " + (id + 5));
    }
  }
}
