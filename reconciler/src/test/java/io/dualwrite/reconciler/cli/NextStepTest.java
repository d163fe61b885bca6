package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.reconciler.report.NextStep;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proposed commands can be pasted as they are. */
class NextStepTest {

  private static String after(String marker, String text) {
    return text.substring(text.indexOf(marker) + marker.length()).strip();
  }

  private static Path file(Path directory, TestDatabases dbs) throws IOException {
    Path file = directory.resolve("dual write.yaml");
    Files.writeString(
        file,
        "migration: m\nsource: {url: \"%s\"}\ntarget: {url: \"%s\"}\n"
            .formatted(dbs.sourceUrl(), dbs.targetUrl()));
    return file;
  }

  @Test
  @WithDatabases
  void aRepairIsProposedForWhatWasCompared(TestDatabases dbs, @TempDir Path directory)
      throws Exception {
    dbs.executeOnBoth("create table flights (id int primary key, at timestamptz)");
    dbs.execute(dbs.source(), "insert into flights values (1, '2001-01-14 10:00Z')");
    Path file = file(directory, dbs);

    Ran ran =
        Ran.with(
            Map.of("RECONCILER_COMMAND", "bin/reconciler"),
            "compare",
            "-c",
            file.toString(),
            "--table",
            "flights",
            "--from",
            "2001-01-14 09:00",
            "--window",
            "1d");

    assertThat(after("Next: ", ran.out()))
        .isEqualTo(
            "bin/reconciler repair -c '"
                + file
                + "' --table flights --from '2001-01-14 09:00' --window 1d --dry-run");
  }

  @Test
  @WithDatabases
  void anErrorProposesACommandForTheSameFile(TestDatabases dbs, @TempDir Path directory)
      throws Exception {
    Path file = file(directory, dbs);

    Ran ran = Ran.of("kill-switch", "engage", "-c", file.toString());

    assertThat(ran.err())
        .isEqualTo(
            "migration m is not registered in schema dualwrite of the source. Run `reconciler init -c '"
                + file
                + "'` first.\n");
  }

  @Test
  void passwordsInUrlsAreLeftOut() {
    Ran ran =
        Ran.of(
            "status",
            "--source",
            "jdbc:postgresql://127.0.0.1:1/x?user=app&password=hunter2",
            "--target",
            "jdbc:postgresql://127.0.0.1:1/x?user=app&password=hunter2");

    assertThat(ran.code()).isEqualTo(ExitCodes.DATABASE);
    assertThat(ran.out() + ran.err()).doesNotContain("hunter2");
  }

  @Test
  void wordsAreQuotedForAShell() {
    NextStep next = new NextStep("./reconciler", List.of("-c", "it's.yaml"), List.of("--to", "x"));

    assertThat(next.within("repair")).isEqualTo("./reconciler repair -c 'it'\\''s.yaml' --to x");
    assertThat(next.complete("Run `reconciler init --print` first."))
        .isEqualTo("Run `./reconciler init -c 'it'\\''s.yaml' --print` first.");
  }
}
