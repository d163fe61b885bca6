package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.reconciler.backfill.file.Absent;
import io.dualwrite.reconciler.backfill.file.FileBackfill;
import io.dualwrite.reconciler.backfill.file.FileBackfillOptions;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.Seeds;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A file with the live rows' old states and an archive is loaded while applications write: the live
 * part is what the source says in the end, the archive is the file's.
 */
@WithDatabases
class FileBesideWritesTest {
  private static final int LIVE = 10_000;
  private static final int ARCHIVED = 10_000;

  @TempDir private Path directory;
  private final TwoDatabases two;

  FileBesideWritesTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  /** With {@code --absent skip} live rows may be deleted as well, for good. */
  @ParameterizedTest
  @EnumSource(
      value = FailurePolicy.class,
      names = {"RECOVER", "STRICT"})
  @Guarantee("G4")
  void deletedRowsStayDeletedWhereTheSourceDecides(FailurePolicy policy) {
    Seeds.check(1, random -> load(policy, Absent.SKIP, random.nextLong()));
  }

  /**
   * With {@code --absent insert} what is deleted is inserted again: nothing else is in the file.
   */
  @ParameterizedTest
  @EnumSource(
      value = FailurePolicy.class,
      names = {"RECOVER", "STRICT"})
  @Guarantee("G4")
  void theArchiveComesBesideLiveWrites(FailurePolicy policy) {
    Seeds.check(1, random -> load(policy, Absent.INSERT, random.nextLong()));
  }

  private Path file(Random random) throws IOException {
    Path path = directory.resolve("all.csv");
    try (Writer file = Files.newBufferedWriter(path)) {
      file.write("id,v,note\n");
      int offset = random.nextInt(LIVE);
      for (int i = 0; i < LIVE + ARCHIVED; i++) {
        int id = 1 + (i + offset) % (LIVE + ARCHIVED);
        file.write(id + ",-1,\"from the file\"\n");
      }
    }
    return path;
  }

  private void load(FailurePolicy policy, Absent absent, long seed) throws Exception {
    two.both(
        "drop schema if exists dualwrite cascade",
        "drop table if exists items",
        "create table items (id int primary key, v int, note text)");
    two.reconciler.init();
    two.source("insert into items select i, i, 'live' from generate_series(1, " + LIVE + ") i");
    MigrationConfig config = MigrationConfig.builder("test").failurePolicy(policy).build();
    LiveWrites.Change change = (s, random) -> change(s, random, absent == Absent.SKIP);
    try (LiveWrites writers = new LiveWrites(two.dbs, config, 2, seed, change)) {
      FileBackfill load =
          two.reconciler.backfill(
              FileBackfillOptions.of("public.items", List.of(file(new Random(seed)).toString()))
                  .absent(absent)
                  .batchRows(500)
                  .setAside(Optional.of(directory.resolve("bad" + seed + ".csv"))),
              BackfillProgress.NONE);
      long writes = writers.stop();
      String context = "seed " + seed + ", " + writes + " writes, " + load;
      assertThat(load.complete()).as(context).isTrue();
      assertThat(writes).as(context).isPositive();
      String live = "select * from items where id <= " + LIVE;
      two.dbs.awaitSameRows(live);
      assertThat(
              two.dbs.queryValue(
                  two.dbs.target(),
                  "select count(*) from items where note = 'from the file' and v = -1 and id > "
                      + LIVE))
          .as(context)
          .isEqualTo(absent == Absent.INSERT ? String.valueOf(ARCHIVED) : "0");
    }
  }

  private static void change(Statement statement, Random random, boolean deletes)
      throws SQLException {
    int id = 1 + random.nextInt(LIVE);
    switch (random.nextInt(4)) {
      case 0, 1 -> statement.execute("update items set v = v + 1 where id = " + id);
      case 2 ->
          statement.execute(
              deletes
                  ? "delete from items where id = " + id
                  : "update items set note = note || '.' where id = " + id);
      default ->
          statement.execute(
              "insert into items values ("
                  + id
                  + ", 0, 'again') on conflict (id) do update set v = items.v + 1");
    }
  }
}
