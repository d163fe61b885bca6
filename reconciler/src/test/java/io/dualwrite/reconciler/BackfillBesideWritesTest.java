package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.DualWriteDataSource;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.backfill.Backfill;
import io.dualwrite.reconciler.backfill.BackfillOptions;
import io.dualwrite.reconciler.backfill.BackfillOptions.End;
import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.Seeds;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
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
    Backfill backfill;
    AtomicLong writes = new AtomicLong();
    try (DualWriteDataSource dual =
        DualWriteDataSource.builder()
            .source(two.dbs.source())
            .target(two.dbs.target())
            .config(config)
            .build()) {
      AtomicBoolean stop = new AtomicBoolean();
      List<CompletableFuture<Void>> writers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Random random = new Random(seed + i);
        writers.add(CompletableFuture.runAsync(() -> write(dual, random, stop, writes)));
      }
      backfill =
          two.reconciler.backfill(
              BackfillOptions.of(config.reconciler()).end(End.NONE).parallelism(3).batchRows(1_500),
              BackfillProgress.NONE);
      stop.set(true);
      for (CompletableFuture<Void> writer : writers) {
        writer.get(2, TimeUnit.MINUTES);
      }
      String context = "seed " + seed + ", " + writes + " writes, " + backfill;
      assertThat(backfill.complete()).as(context).isTrue();
      assertThat(writes.get()).as(context).isPositive();
      two.dbs.awaitSameRows("select * from owners");
      two.dbs.awaitSameRows("select * from items");
    }
  }

  private static void write(DataSource dual, Random random, AtomicBoolean stop, AtomicLong writes) {
    while (!stop.get()) {
      try (Connection connection = dual.getConnection();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        int id = 1 + random.nextInt(ROWS);
        switch (random.nextInt(10)) {
          case 0, 1, 2 -> statement.execute("update items set v = v + 1 where id = " + id);
          case 3 -> statement.execute("delete from items where id = " + id);
          case 4 -> statement.execute("update items set id = id + " + ROWS + " where id = " + id);
          case 5 -> {
            statement.execute("delete from items where id = " + id);
            connection.commit();
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
              statement.execute(
                  "update owners set name = name || '.' where id = " + (1 + id % 200));
          default ->
              statement.execute("delete from items where id between " + id + " and " + (id + 5));
        }
        connection.commit();
        writes.incrementAndGet();
      } catch (SQLException e) {
        // Serialization and a secondary that is late under STRICT: nothing was written then.
        assertThat(e.getSQLState()).isNotNull();
      }
    }
  }
}
