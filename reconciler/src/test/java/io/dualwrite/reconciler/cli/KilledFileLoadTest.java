package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.ChildJvm;
import io.dualwrite.testing.Seeds;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that loads files is killed at random moments and the load resumed: no record is loaded
 * or set aside twice, none is lost. More kills with {@code -Dbackfill.kills=20}.
 */
@WithDatabases
class KilledFileLoadTest {
  private static final int KILLS = Integer.getInteger("backfill.kills", 4);
  private static final int ROWS = 40_000;
  private static final int BAD_EVERY = 97;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir private Path directory;
  private final TestDatabases dbs;

  KilledFileLoadTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    Ran init = new ByUrls(dbs).run("init");
    assertThat(init.code()).as(init.err()).isZero();
    dbs.executeOnBoth("create table history (id int primary key, v text)");
    dbs.execute(
        dbs.target(),
        // Whoever brings a record in is written down with it: twice would be seen.
        "create table seen (id int, tx xid8)",
        "create function note() returns trigger language plpgsql as"
            + " 'begin insert into seen values (new.id, pg_current_xact_id()); return null; end'",
        "create trigger note after insert on history for each row execute function note()");
  }

  private ChildJvm load(String... more) {
    String[] usual = {
      "backfill",
      "--table=history",
      "--file",
      directory + "/part*.csv",
      "--absent=insert",
      "--batch-rows=250",
      "--set-aside=" + directory + "/bad.csv",
      "--source",
      dbs.sourceUrl(),
      "--target",
      dbs.targetUrl()
    };
    return ChildJvm.of(Main.class)
        .arguments(Stream.of(usual, more).flatMap(Stream::of).toArray(String[]::new))
        .start();
  }

  private void write(String name, int from, int to) throws IOException {
    try (Writer file = Files.newBufferedWriter(directory.resolve(name))) {
      file.write("id,v\n");
      for (int i = from; i < to; i++) {
        if (i % BAD_EVERY == 0) {
          file.write(i % 2 == 0 ? "bad" + i + ",v\n" : i + ",v,more\n");
        } else {
          file.write(i + ",\"v\n" + i + "\"\n");
        }
      }
    }
  }

  private long done() {
    try {
      return Long.parseLong(
          String.valueOf(dbs.queryValue(dbs.target(), "select count(*) from history")));
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void resumesWithoutDoingARecordTwice() {
    Seeds.check(1, this::killAndResume);
  }

  private void killAndResume(Random random) throws Exception {
    write("part1.csv", 1, ROWS / 4);
    write("part2.csv", ROWS / 4, ROWS);
    int killed = 0;
    for (int i = 0; i < KILLS; i++) {
      long before = done();
      long until = before + random.nextInt(ROWS / KILLS);
      try (ChildJvm child = load("--resume")) {
        Awaitility.await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(3))
            .until(() -> !child.isAlive() || done() > until);
        killed += child.isAlive() ? 1 : 0;
        if (random.nextInt(3) == 0) {
          terminate(child);
        } else {
          child.kill();
        }
      }
      if (i == 0) {
        // As if a batch had been set aside that was not kept.
        Path bad = directory.resolve("bad.csv");
        if (Files.exists(bad)) {
          Files.writeString(bad, "half a line", StandardOpenOption.APPEND);
        }
      }
    }
    try (ChildJvm last = load("--resume")) {
      assertThat(last.await(PATIENCE)).as("%s", last.output()).isEqualTo(ExitCodes.DIFFERENCES);
    }
    assertThat(killed).isPositive();
    int bad = (ROWS - 1) / BAD_EVERY;
    assertThat(done()).isEqualTo(ROWS - 1 - bad);
    assertThat(
            dbs.queryValue(dbs.target(), "select count(*) || ' ' || count(distinct id) from seen"))
        .isEqualTo((ROWS - 1 - bad) + " " + (ROWS - 1 - bad));
    List<String> lines = Files.readAllLines(directory.resolve("bad.csv"));
    assertThat(lines).hasSize(1 + bad).doesNotHaveDuplicates();
    assertThat(dbs.queryValue(dbs.target(), "select count(*) from dualwrite.runs")).isEqualTo("1");
  }

  /** So that a load is still under way when this process comes to look. */
  private void dawdle() throws SQLException {
    dbs.execute(
        dbs.target(),
        "create or replace function note() returns trigger language plpgsql as"
            + " 'begin perform pg_sleep(0.003); return null; end'");
  }

  private static void terminate(ChildJvm child) throws Exception {
    Process kill = new ProcessBuilder("kill", "-TERM", Long.toString(child.pid())).start();
    assertThat(kill.waitFor(60, TimeUnit.SECONDS)).isTrue();
    int unused = child.await(PATIENCE);
  }

  @Test
  void aSecondLoadIntoTheTableIsRefused() throws Exception {
    write("part1.csv", 1, ROWS);
    dawdle();
    try (ChildJvm child = load()) {
      Awaitility.await().atMost(PATIENCE).until(() -> !child.isAlive() || done() > 0);

      Ran second =
          new ByUrls(dbs)
              .run("backfill", "--table=history", "--file", directory + "/part1.csv", "--resume");

      assertThat(child.isAlive()).as("%s", child.output()).isTrue();
      assertThat(second.err())
          .contains("process " + child.pid(), "is loading files into public.history");
      assertThat(second.code()).isEqualTo(ExitCodes.DIFFERENCES);
    }
  }

  @Test
  void aFileThatWasChangedIsRefused() throws Exception {
    write("part1.csv", 1, ROWS);
    dawdle();
    try (ChildJvm child = load()) {
      Awaitility.await().atMost(PATIENCE).until(() -> !child.isAlive() || done() > 0);
      child.kill();
    }
    assertThat(done()).isBetween(1L, ROWS - 1000L);
    Files.writeString(directory.resolve("part1.csv"), "1,new\n", StandardOpenOption.APPEND);

    try (ChildJvm child = load("--resume")) {
      assertThat(child.await(PATIENCE)).isEqualTo(ExitCodes.USAGE);
      assertThat(child.output().toString()).contains("was made with file 1 ", "bytes, changed");
    }
  }

  @Test
  void aFileOfBadRecordsThatIsGoneIsRefused() throws Exception {
    write("part1.csv", 1, ROWS);
    dawdle();
    try (ChildJvm child = load()) {
      Awaitility.await().atMost(PATIENCE).until(() -> !child.isAlive() || done() > 500);
      child.kill();
    }
    Files.delete(directory.resolve("bad.csv"));

    try (ChildJvm child = load("--resume")) {
      assertThat(child.await(PATIENCE)).isEqualTo(ExitCodes.USAGE);
      assertThat(child.output().toString()).contains("records set aside are lost");
    }
  }
}
