package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages of real results. */
@WithDatabases
class ReportTest {
  private final TestDatabases dbs;
  private final ByUrls commands;
  private final Path page;

  ReportTest(TestDatabases dbs, @TempDir Path directory) {
    this.dbs = dbs;
    this.commands = new ByUrls(dbs);
    this.page = directory.resolve("drift.html");
  }

  @BeforeEach
  void flights() throws SQLException {
    dbs.executeOnBoth(
        "create table flights (id bigint, at timestamptz, pilot text, note text, primary key (id, at))",
        "insert into flights select i, timestamptz '2001-01-14Z' + i * interval '1 min', 'secret pilot ' || i, 'plain note'"
            + " from generate_series(0, 179) i");
    dbs.execute(
        dbs.target(),
        "update flights set pilot = 'somebody <b>else</b>' where id = 5",
        "update flights set note = repeat('x', 300) where id = 6",
        "update flights set note = null where id = 7",
        "delete from flights where id = 70");
    assertThat(commands.run("init").code()).isZero();
  }

  private String report(int code, String... args) throws IOException {
    Ran ran =
        commands.run(
            Stream.concat(Stream.of(args), Stream.of("--report", page.toString()))
                .toArray(String[]::new));
    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isEqualTo(code);
    return Files.readString(page);
  }

  @Test
  void aComparisonsPageHasKeysAndColumnsAndNoValues() throws IOException {
    assertThat(report(1, "compare"))
        .contains("Not in sync. 2 of 3 windows differ: 1 missing, 0 extra, 3 changed.")
        .contains("id&#x3D;5 at&#x3D;2001-01-14T00:05:00Z", "<bdi>pilot</bdi>", "id&#x3D;70")
        .contains("--parallelism", "jdbc:postgresql://")
        .doesNotContain("secret", "somebody", "plain note", dbs.password() + "@");
  }

  @Test
  void valuesAreShownWhereTheyAreAskedForAndOnlyOfColumnsThatDiffer() throws IOException {
    assertThat(report(1, "compare", "--show-values"))
        .contains("This page shows row values")
        .contains(
            "pilot&#x3D;&quot;secret pilot 5&quot;",
            "pilot&#x3D;&quot;somebody &lt;b&gt;else&lt;/b&gt;&quot;")
        .contains("note&#x3D;(300 bytes)", "note&#x3D;null")
        .doesNotContain("secret pilot 6", "secret pilot 70");
  }

  @Test
  void valuesNeedAPage() {
    Ran ran = commands.run("compare", "--show-values");

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).startsWith("--show-values needs --report FILE.html");
  }

  @Test
  void aRepairsPageSaysWhatWasDoneAndWhatIsLeft() throws IOException {
    assertThat(report(0, "repair"))
        .contains("4 rows copied, 0 deleted. Afterwards: In sync: 3 windows")
        .contains("<h2>What was done</h2>");
  }

  @Test
  void aBackfillsPageSaysWhatWasCopiedAndWhatDiffers() throws IOException {
    assertThat(report(1, "backfill", "--until", "end"))
        .contains("default · backfill", "Done: 1 row copied", "done</span>")
        .contains("3 rows of the target differ and were left")
        .doesNotContain("secret");
  }

  @Test
  void aPlansPageIsThatOfItsComparison() throws IOException {
    assertThat(report(1, "repair", "--dry-run")).contains("Not in sync. 2 of 3 windows differ");
  }

  @Test
  void anInspectionsPageHasItsFindings() throws IOException, SQLException {
    dbs.execute(dbs.source(), "create table \"<i>x\" (a int)");

    assertThat(report(1, "inspect"))
        .contains("The migration cannot work as configured: 1 problem first")
        .contains("public.&lt;i&gt;x", "no primary key", "cannot work</span> 1")
        .contains("<td class=\"name\"><bdi>id, at</bdi></td>");
  }

  @Test
  void whereNoPageCanBeWrittenIsSaidBeforeAnythingIsRead() throws IOException {
    Path missing = page.resolveSibling("nowhere").resolve("drift.html");

    Ran ran = commands.run("compare", "--report", missing.toString());

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).startsWith("--report " + missing + ": there is no directory");
    assertThat(commands.run("compare", "--report", page.getParent().toString()).err())
        .contains("is a directory");
  }

  @Test
  void anEarlierPageIsReplacedWholeAndNothingElseIsLeft() throws IOException {
    Files.writeString(page, "an earlier page");

    report(1, "compare");

    assertThat(Files.readString(page)).startsWith("<!DOCTYPE html>");
    try (Stream<Path> files = Files.list(page.getParent())) {
      assertThat(files.toList()).isEqualTo(List.of(page));
    }
  }
}
