package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithDatabases
class CommandsTest {
  private final TestDatabases dbs;
  private final ByUrls commands;

  CommandsTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.commands = new ByUrls(dbs);
  }

  private Ran run(String... args) {
    return commands.run(args);
  }

  private String next(String command) {
    return commands.next(command);
  }

  private void flights() throws SQLException {
    dbs.executeOnBoth(
        "create table flights (id bigint, at timestamptz, delay int, primary key (id, at))",
        "insert into flights select i, timestamptz '2001-01-14Z' + i * interval '1 min', 1 from generate_series(0, 179) i");
  }

  @Test
  void inSyncIsExitCodeZero() throws SQLException {
    flights();

    Ran ran = run("compare");

    assertThat(ran.code()).isZero();
    assertThat(ran.err())
        .isEqualTo(
            "Nothing is kept of this run: the target has no control schema (`%s` creates it).%n",
            next("init"));
    assertThat(ran.out())
        .matches(
            """
            table           source  target  windows  equal  differ  not yet  failed  missing  extra  changed
            public.flights     180     180        3      3       0        0       0        0      0        0

            In sync: 3 windows, 180 rows, checksum send, \\d+\\.\\d s\\.
            """);
  }

  @Test
  void differencesAreListedAndExitCodeOne() throws SQLException {
    flights();
    dbs.execute(
        dbs.target(),
        "update flights set delay = 2 where id = 5",
        "delete from flights where id in (6, 70, 71)",
        "insert into flights values (999, '2001-01-14 02:30Z', 0)");

    Ran ran = run("compare", "--max-differences", "4");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.out())
        .isEqualTo(
            """
            table           source  target  windows  equal  differ  not yet  failed  missing  extra  changed
            public.flights     180     178        3      0       3        0       0        3      1        1

            public.flights  2001-01-14 00:00  CHANGED  id=5 at=2001-01-14T00:05:00Z   delay
                                              MISSING  id=6 at=2001-01-14T00:06:00Z
                            2001-01-14 01:00  MISSING  id=70 at=2001-01-14T01:10:00Z
                                              MISSING  id=71 at=2001-01-14T01:11:00Z
                            … 1 more (--max-differences 5 lists them)

            Not in sync. 3 of 3 windows differ: 3 missing, 1 extra, 1 changed. Next: reconciler repair --source %s --target %s --dry-run
            """
                .formatted(
                    dbs.sourceServer().jdbcUrl(dbs.database()),
                    dbs.targetServer().jdbcUrl(dbs.database())));
  }

  @Test
  void theJsonIsThatOfTheContract() throws Exception {
    flights();
    dbs.execute(dbs.target(), "update flights set delay = 2 where id = 5");

    Ran ran = run("compare", "--format", "json");

    assertThat(ran.code()).isEqualTo(1);
    JsonNode root = new ObjectMapper().readTree(ran.out());
    assertThat(root.get("migration").asText()).isEqualTo("default");
    assertThat(root.get("inSync").asBoolean()).isFalse();
    assertThat(java.time.Instant.parse(root.get("startedAt").asText())).isNotNull();
    assertThat(root.get("durationMillis").isIntegralNumber()).isTrue();
    JsonNode table = root.get("tables").get(0);
    assertThat(table.get("table").asText()).isEqualTo("public.flights");
    Map.of(
            "sourceRows",
            180,
            "targetRows",
            180,
            "windows",
            3,
            "mismatchedWindows",
            1,
            "missing",
            0,
            "extra",
            0,
            "changed",
            1)
        .forEach((name, number) -> assertThat(table.get(name).asInt()).as(name).isEqualTo(number));
    assertThat(table.get("truncated").asBoolean()).isFalse();
    assertThat(table.get("differences").toString())
        .isEqualTo(
            "[{\"kind\":\"CHANGED\",\"key\":{\"id\":\"5\",\"at\":\"2001-01-14T00:05:00Z\"},\"columns\":[\"delay\"],"
                + "\"window\":{\"from\":\"2001-01-14T00:00:00Z\",\"to\":\"2001-01-14T01:00:00Z\"}}]");
  }

  @Test
  void repairSaysWhatItWouldDoAndThenDoesIt() throws SQLException {
    flights();
    dbs.execute(
        dbs.target(),
        "update flights set delay = 2 where id = 5",
        "delete from flights where id = 6",
        "insert into flights values (999, '2001-01-14 02:30Z', 0)");

    Ran plan = run("repair", "--dry-run", "--delete-extra");
    assertThat(plan.code()).isEqualTo(1);
    assertThat(plan.out())
        .endsWith(
            "A repair would insert 1, update 1 and delete 1 rows in the target. Nothing was changed. Next: "
                + next("repair")
                + " --delete-extra\n");

    Ran copied = run("repair");
    assertThat(copied.code()).isEqualTo(1);
    assertThat(copied.out())
        .contains("Repaired: 2 rows copied, 0 deleted.")
        .endsWith(" Extra rows stay unless you say: " + next("repair") + " --delete-extra\n");

    Ran repaired = run("repair", "--delete-extra");
    assertThat(repaired.code()).isZero();
    assertThat(repaired.out()).contains("Repaired: 0 rows copied, 1 deleted.\nIn sync: 3 windows");
    dbs.assertSameRows("select * from flights");
  }

  @Test
  @Guarantee("G10")
  void whatCannotBeComparedIsSaidFirstAndExitCodeThree() throws SQLException {
    flights();
    dbs.execute(dbs.source(), "create table alone (id int primary key)");

    Ran ran = run("compare");

    assertThat(ran.code()).isEqualTo(3);
    assertThat(ran.out())
        .startsWith("public.alone cannot be compared: ")
        .contains(
            "To leave it out: `exclude: [\"public.alone\"]` under tables. Until then the exit code is 3.\n",
            "public.alone         -       -        -",
            "public.flights     180     180        3      3")
        .endsWith("Not known to be in sync. 1 of 2 tables cannot be compared.\n");
  }

  @Test
  void aTableThatIsLeftOutIsSaidToBe(@TempDir Path directory) throws Exception {
    flights();
    Path file = config(directory, "tables: {exclude: [\"*.fl*\"]}");

    assertThat(
            Ran.with(commands.credentials(), "compare", "-c", file.toString(), "--table", "flights")
                .err())
        .isEqualTo(
            "--table flights: public.flights is left out by tables.exclude *.fl*."
                + System.lineSeparator());
  }

  @Test
  @Guarantee("G10")
  void aNameThatIsNoTablesIsNeverInSync(@TempDir Path directory) throws Exception {
    flights();
    Path file = config(directory, "tables: {include: [public.flights, public.fligths]}");

    Ran ran = Ran.with(commands.credentials(), "compare", "-c", file.toString());

    assertThat(ran.code()).isEqualTo(3);
    assertThat(ran.out())
        .startsWith("public.fligths cannot be compared: ")
        .contains("public.fligths names no table of the source. Did you mean public.flights?");
  }

  @Test
  void globsThatSelectNothingSuggestTheNearestSchema(@TempDir Path directory) throws Exception {
    flights();
    Path file = config(directory, "tables: {include: [\"pubic.*\"]}");

    Ran ran = Ran.with(commands.credentials(), "compare", "-c", file.toString());

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("line 5: tables.include: pubic.* names no table", "public.*?");
  }

  private Path config(Path directory, String tables) throws IOException {
    Path file = directory.resolve("dualwrite.yaml");
    String side = "%s: {url: \"%s\", username: \"%s\", password: \"%s\"}\n";
    Files.writeString(
        file,
        "migration: m\n"
            + side.formatted(
                "source",
                dbs.sourceServer().jdbcUrl(dbs.database()),
                dbs.username(),
                dbs.password())
            + side.formatted(
                "target",
                dbs.targetServer().jdbcUrl(dbs.database()),
                dbs.username(),
                dbs.password())
            + "\n"
            + tables
            + "\n");
    return file;
  }

  @Test
  void anUnknownTableIsAskedBack() throws SQLException {
    flights();

    Ran ran = run("compare", "--table", "public.fligths");

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err())
        .isEqualTo(
            "--table public.fligths: no such table among those that are mirrored. Did you mean public.flights?"
                + System.lineSeparator());
  }

  @Test
  void aTableNameNeedsNoSchemaWhereOneTableHasIt() throws SQLException {
    flights();
    dbs.executeOnBoth("create table other (id int primary key)");

    Ran ran = run("compare", "--table", "flights", "--from", "2001-01-14 01:00");

    assertThat(ran.code()).isZero();
    assertThat(ran.out())
        .contains("public.flights     120     120        2")
        .doesNotContain("other");

    dbs.executeOnBoth("create schema app", "create table app.flights (id int primary key)");
    assertThat(run("compare", "--table", "flights").err())
        .startsWith("--table flights: several tables are called that: app.flights, public.flights");
  }

  @Test
  void aRefusedLoginNamesSideAndUserAndNoPassword() {
    Ran ran =
        Ran.with(
            Map.of(
                "DUALWRITE_SOURCE_USERNAME",
                dbs.username(),
                "DUALWRITE_SOURCE_PASSWORD",
                dbs.password(),
                "DUALWRITE_TARGET_USERNAME",
                "nobody",
                "DUALWRITE_TARGET_PASSWORD",
                "not-this-one"),
            "compare",
            "--source",
            dbs.sourceServer().jdbcUrl(dbs.database()),
            "--target",
            dbs.targetServer().jdbcUrl("no_such_database"));

    assertThat(ran.code()).isEqualTo(3);
    assertThat(ran.err().lines()).hasSize(1);
    assertThat(ran.err()).startsWith("target jdbc:postgresql://").doesNotContain("not-this-one");
  }

  @Test
  @Guarantee("G10")
  void aServerThatIsNotThereIsExitCodeThreeAlsoForAProcess(@TempDir Path directory)
      throws Exception {
    flights();
    Path file = directory.resolve("dualwrite.yaml");
    Files.writeString(
        file,
        """
        migration: m
        source: {url: "%s", username: %s, password: "%s"}
        target: {url: "jdbc:postgresql://127.0.0.1:1/x", username: app, password: "secret-of-target"}
        """
            .formatted(dbs.sourceServer().jdbcUrl(dbs.database()), dbs.username(), dbs.password()));

    Ran compared = process("compare", "-c", file.toString(), "--format", "json");

    assertThat(compared.code()).isEqualTo(3);
    assertThat(compared.out()).isEmpty();
    assertThat(compared.err())
        .isEqualTo(
            "target jdbc:postgresql://127.0.0.1:1/x cannot be reached (08001). Does the server run, and are host and port right?\n");

    Ran status = process("status", "-c", file.toString());
    assertThat(status.code()).isEqualTo(3);
    assertThat(status.out())
        .startsWith("migration m · phase SOURCE_PRIMARY")
        .contains(
            "problem    target: jdbc:postgresql://127.0.0.1:1/x cannot be reached (08001). Does the server run, and are host and port right?\n")
        .doesNotContain("secret");
  }

  private static Ran process(String... args) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    Stream.of(args).forEach(command::add);
    File out = File.createTempFile("reconciler", ".out");
    File err = File.createTempFile("reconciler", ".err");
    try {
      Process process = new ProcessBuilder(command).redirectOutput(out).redirectError(err).start();
      int code = process.waitFor();
      return new Ran(
          code,
          Files.readString(out.toPath(), StandardCharsets.UTF_8),
          Files.readString(err.toPath(), StandardCharsets.UTF_8));
    } finally {
      assertThat(out.delete() && err.delete()).isTrue();
    }
  }
}
