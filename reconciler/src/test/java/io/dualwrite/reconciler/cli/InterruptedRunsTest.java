package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.Reconciler;
import io.dualwrite.reconciler.backfill.BackfillOptions;
import io.dualwrite.reconciler.backfill.BackfillOptions.End;
import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.reconciler.backfill.file.Absent;
import io.dualwrite.reconciler.backfill.file.CsvForm;
import io.dualwrite.reconciler.backfill.file.FileBackfillOptions;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code status} says of runs that did not end. The commands it names are run as printed. */
@WithDatabases
class InterruptedRunsTest {
  private static final String TO_GO_ON = "To go on: ";

  @TempDir private Path directory;
  private final TestDatabases dbs;
  private final ByUrls commands;
  private final MigrationConfig config;
  private final Reconciler reconciler;

  InterruptedRunsTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.commands = new ByUrls(dbs);
    this.config = MigrationConfig.builder("default").build();
    this.reconciler = new Reconciler(config, dbs.source(), dbs.target());
  }

  @BeforeEach
  void tables() throws SQLException {
    assertThat(commands.run("init").code()).isZero();
    dbs.executeOnBoth(
        "create table flights (id int primary key, at timestamptz, v text)",
        "create table airports (id int primary key)");
    dbs.execute(
        dbs.source(),
        "insert into flights select i, '2024-01-01Z'::timestamptz + i * interval '1 h', 'v' from generate_series(1, 2000) i",
        "insert into airports select generate_series(1, 10)");
  }

  private static void interrupted(ThrowingCallable work) {
    assertThatThrownBy(work).isInstanceOf(CancellationException.class);
  }

  /** Breaks off once something is kept. */
  private static final BackfillProgress BREAKING =
      new BackfillProgress() {
        @Override
        public void advance(String table, long rows) {
          if (rows > 0) {
            throw new CancellationException();
          }
        }
      };

  private static final Progress BREAKING_WINDOWS =
      new Progress() {
        @Override
        public void begin(String table, int windows) {
          throw new CancellationException();
        }
      };

  private String status() {
    Ran ran = commands.run("status");
    assertThat(ran.code()).as(ran.err()).isZero();
    return ran.out();
  }

  /** The commands that go on with what was interrupted, the latest first. */
  private List<String> goingOn() {
    return status()
        .lines()
        .filter(l -> l.contains(TO_GO_ON))
        .map(l -> l.substring(l.indexOf(TO_GO_ON) + TO_GO_ON.length()))
        .toList();
  }

  private JsonNode unfinished() throws IOException {
    return new ObjectMapper()
        .readTree(commands.run("status", "--format", "json").out())
        .get("unfinished");
  }

  private Ran paste(String command) {
    List<String> words = List.of(command.replace("'", "").split(" "));
    assertThat(words.get(0)).isEqualTo("reconciler");
    return Ran.with(commands.credentials(), words.subList(1, words.size()).toArray(String[]::new));
  }

  private void assertGoesOn(String command, String with) {
    Ran ran = paste(command);
    assertThat(ran.out() + ran.err()).contains(with).doesNotContain("anew");
    assertThat(ran.code()).isIn(ExitCodes.OK, ExitCodes.DIFFERENCES);
  }

  @Test
  void aLoadOfFiles() throws Exception {
    Path one = Files.writeString(directory.resolve("a1.csv"), "1;x;-\n3001;2024-01-01;^y^\n");
    Path two = Files.writeString(directory.resolve("a2.csv"), "3002;2024-01-01;-\n");
    FileBackfillOptions options =
        FileBackfillOptions.of("public.flights", List.of(directory + "/a*.csv"))
            .absent(Absent.INSERT)
            .csv(
                new CsvForm(
                    Optional.of(';'),
                    Optional.of('^'),
                    "-",
                    "latin-1",
                    false,
                    List.of("id", "at", "v")))
            .setAside(Optional.of(directory.resolve("bad.csv")));
    interrupted(() -> reconciler.backfill(options.batchRows(1), BREAKING));

    assertThat(status())
        .contains("unfinished load of files into public.flights of ", ", interrupted. To go on: ")
        .contains("To begin anew: move " + directory + "/bad.csv away")
        .containsPattern(
            "\\s+Left\\s+alone,\\s+it\\s+is\\s+forgotten\\s+after\\s+\\d{4}-\\d\\d-\\d\\d\\.");
    JsonNode node = unfinished().get(0);
    assertThat(node.get("command").asText()).isEqualTo("backfill");
    assertThat(node.get("underWay").asBoolean()).isFalse();
    assertThat(Instant.parse(node.get("forgottenAt").asText())).isAfter(Instant.now());
    assertThat(node.get("resume"))
        .extracting(JsonNode::asText)
        .startsWith("backfill")
        .containsSequence("--table", "public.flights")
        .containsSequence("--file", one.toString(), "--file", two.toString())
        .containsSequence("--delimiter", ";")
        .contains("--no-header")
        .endsWith("--resume");
    assertThat(goingOn()).hasSize(1);
    assertGoesOn(goingOn().get(0), "goes on with the load of files into public.flights");
    assertThat(status()).doesNotContain("unfinished");
    assertThat(dbs.queryValue(dbs.target(), "select count(*) from flights where id > 3000"))
        .isEqualTo("2");
  }

  @Test
  void aBackfillOfAPart() throws Exception {
    interrupted(
        () ->
            reconciler.backfill(
                BackfillOptions.of(config.reconciler())
                    .tables(List.of("public.flights"))
                    .since(Optional.of(Instant.parse("2024-01-10T00:00:00Z")))
                    .end(End.of(Instant.parse("2024-02-01T00:00:00Z")))
                    .parallelism(1)
                    .batchRows(100),
                BREAKING));

    assertThat(goingOn())
        .singleElement()
        .asString()
        .endsWith(
            " --from 2024-01-10T00:00:00Z --table public.flights --until 2024-02-01T00:00:00Z --resume");
    assertGoesOn(goingOn().get(0), "Done: ");
    assertThat(status()).doesNotContain("unfinished");
  }

  @Test
  void aBackfillOfEverything() {
    interrupted(
        () ->
            reconciler.backfill(
                BackfillOptions.of(config.reconciler())
                    .tables(List.of("public.flights", "public.airports"))
                    .end(End.NONE)
                    .deferIndexes(true),
                BREAKING));

    assertThat(goingOn().get(0))
        .endsWith(
            " --defer-indexes --table public.airports --table public.flights --until end --resume");
    assertGoesOn(goingOn().get(0), "Done: ");
    assertThat(status()).doesNotContain("unfinished");
  }

  @Test
  void comparisonsAndRepairs() {
    CompareOptions compare =
        CompareOptions.of(config.reconciler())
            .tables(List.of("public.flights"))
            .range(Optional.of("2024-01-10"), Optional.empty());
    interrupted(() -> reconciler.compare(compare, BREAKING_WINDOWS));
    interrupted(
        () -> reconciler.repair(RepairOptions.of(compare).deleteExtra(true), BREAKING_WINDOWS));

    List<String> goingOn = goingOn();
    assertThat(goingOn).hasSize(2);
    assertThat(goingOn.get(0)).contains(" repair ", " --delete-extra ");
    assertThat(goingOn.get(1)).contains(" compare ");
    assertThat(status())
        .contains(
            "           To begin anew: leave --resume out. Left alone, it is forgotten after");
    goingOn.forEach(command -> assertGoesOn(command, "goes on with the " + command.split(" ")[1]));
    assertThat(status()).doesNotContain("unfinished");
  }

  @Test
  void oneThatIsUnderWay() throws Exception {
    Path file = Files.writeString(directory.resolve("a.csv"), "id,at,v\n1,,\n2,,\n");
    FileBackfillOptions options =
        FileBackfillOptions.of("public.flights", List.of(file.toString())).batchRows(1);
    reconciler.backfill(
        options.setAside(Optional.of(directory.resolve("bad.csv"))),
        new BackfillProgress() {
          @Override
          public void advance(String table, long rows) {
            assertThat(status())
                .contains(
                    "load of files into public.flights of ",
                    ", under way (process " + ProcessHandle.current().pid())
                .doesNotContain(TO_GO_ON, "To begin anew");
          }
        });
  }
}
