package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nobody cuts over without knowing what a backfill has dropped, or why a run stands still. */
@WithDatabases
class DroppedPartsTest {
  @TempDir private Path directory;
  private final TestDatabases dbs;
  private final ByUrls commands;

  DroppedPartsTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.commands = new ByUrls(dbs);
  }

  @BeforeEach
  void tables() throws SQLException {
    assertThat(commands.run("init").code()).isZero();
    dbs.executeOnBoth("create table a (id int primary key, v int)");
    dbs.execute(dbs.source(), "insert into a values (1, 1)");
    dbs.execute(dbs.target(), "insert into a values (1, 1)");
  }

  /** As a backfill that was killed leaves it. */
  private void drop(String name, String kind, String definition) throws SQLException {
    dbs.execute(
        dbs.target(),
        "insert into dualwrite.deferred (migration, table_name, name, kind, definition) select migration, 'public.a', '"
            + name
            + "', '"
            + kind
            + "', '"
            + definition
            + "' from dualwrite.control");
  }

  @Test
  void theyAreTold() throws SQLException {
    drop("public.a_v", "INDEX", "x");
    drop("to_b", "FOREIGN_KEY", "x");

    Ran status = commands.run("status");

    assertThat(status.out())
        .contains(
            "dropped    index public.a_v of public.a, ",
            "           foreign key to_b of public.a, ",
            "If none is: " + commands.next("backfill") + " --restore-indexes");
    assertThat(status.out().lines().filter(l -> l.contains("drop") || l.contains("defer")))
        .allMatch(l -> l.length() <= 80);
    assertThat(commands.run("status", "--format", "json").out())
        .contains("\"dropped\"", "\"index public.a_v\"");
    assertThat(commands.run("inspect").out().replaceAll("\\s+", " "))
        .contains("the target lacks index public.a_v of public.a, foreign key to_b of public.a");
    Ran compare = commands.run("compare", "--no-progress");
    assertThat(compare.code()).isZero();
    assertThat(compare.err())
        .contains(
            "Before a cutover: the target lacks index public.a_v of public.a",
            commands.next("backfill") + " --restore-indexes");
  }

  @Test
  void nothingIsSaidWhereNothingIsDropped() {
    assertThat(commands.run("status").out()).doesNotContain("dropped");
    assertThat(commands.run("inspect").out()).doesNotContain("lacks");
    assertThat(commands.run("compare", "--no-progress").err()).doesNotContain("lacks");
  }

  @Test
  void aPauseIsTold() throws Exception {
    Path pause = Files.createFile(directory.resolve("pause"));
    for (String command : new String[] {"compare", "backfill"}) {
      StringWriter err = new StringWriter();
      Terminal terminal =
          new Terminal(
              commands.credentials(),
              new PrintWriter(new StringWriter()),
              new PrintWriter(err),
              new Interruption());
      String[] arguments =
          commands.over(
              command,
              "--pause-file=" + pause,
              "--no-progress",
              command.equals("backfill") ? "--until=end" : "--parallelism=1");
      CompletableFuture<Integer> code =
          CompletableFuture.supplyAsync(() -> Main.run(terminal, arguments));
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> err.toString().contains("Paused: " + pause + " exists."));
      Files.delete(pause);

      assertThat(code.get(60, TimeUnit.SECONDS)).isZero();
      assertThat(err.toString()).contains("Goes on after ");
      Files.createFile(pause);
    }
  }
}
