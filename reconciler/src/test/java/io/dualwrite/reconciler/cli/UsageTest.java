package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said about a wrong command line: one line, exit code 2, and what to do about it. */
class UsageTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "compre -c a.yaml ; reconciler: unknown command compre. Did you mean compare?",
        "backup ; reconciler: unknown command backup. See reconciler -h",
        "init extra ; reconciler init: unknown argument extra. See reconciler init -h",
        "compre --source jdbc:postgresql://h/d?password=hunter2 ; reconciler: unknown command compre. Did you mean compare?",
        "compare jdbc:postgresql://h/d?password=hunter2 ; reconciler compare: unknown argument (a URL). See reconciler compare -h",
        "compare postgres://app:hunter2@h/d ; reconciler compare: unknown argument (a URL). See reconciler compare -h",
        "compare --source postgres://app:hun/ter2@h/d --target jdbc:postgresql:y ; --source: url must be a JDBC URL of PostgreSQL, such as jdbc:postgresql://host:5432/database, was postgres://app:***@h/d",
        "backfill --source jdbc:postgresql:x --target jdbc:postgresql:y --until +300000-01-01T00:00:00Z ; --until must lie between the years 4713 BC and 294276, was +300000-01-01T00:00:00Z",
        "compare --sorce=jdbc:postgresql://h/d?password=hunter2 ; reconciler compare: unknown option --sorce. Did you mean --source?",
        "compare --pasword=hunter2 ; reconciler compare: unknown option --pasword. See reconciler compare -h",
        "compare -d t ; reconciler compare: unknown option -d. See reconciler compare -h",
        "status --format xml --source jdbc:postgresql:x --target jdbc:postgresql:y ; --format must be text or json, was xml",
        "compare --parallelism many ; reconciler compare: --parallelism must be a whole number, was many",
        "repair --max-changes 1k ; reconciler repair: --max-changes must be a whole number, was 1k",
        "compare --wait ; reconciler compare: --wait needs a value: --wait TIME",
        "repair --resume --from-last --source jdbc:postgresql:x --target jdbc:postgresql:y ; what the last comparison has found is looked at from its beginning: --resume does not go with --from-last",
        "compare --tabel t ; reconciler compare: unknown option --tabel. Did you mean --table?",
        "compare --source jdbc:postgresql:x --target jdbc:postgresql:y --from soon ; --from must be a day or a time, such as 2001-01-14 or 2001-01-14T10:00:00Z, was soon",
        "compare --source jdbc:postgresql:x --target jdbc:postgresql:y --from 2001-01-02 --to 2001-01-01 ; --from must be before --to, was 2001-01-02, and --to was 2001-01-01",
        "compare --format xml --source jdbc:postgresql:x --target jdbc:postgresql:y ; --format must be text or json, was xml",
        "compare ; Which databases? Give -c FILE, or --source URL and --target URL.",
        "compare --source jdbc:postgresql:x ; --target URL is missing: both sides are needed.",
        "compare -c a.yaml --source jdbc:postgresql:x ; -c FILE and --source/--target exclude each other. Give one or the other.",
        "compare --source jdbc:mysql:x --target jdbc:postgresql:y ; --source: url must be a JDBC URL of PostgreSQL, such as jdbc:postgresql://host:5432/database, was jdbc:mysql:x",
        "compare --source jdbc:postgresql:x --target jdbc:postgresql:y --window soon ; --window must be auto or a duration such as 500ms, 2s, 5m, 1h, 1d or PT1H30M, was soon",
        "compare --source jdbc:postgresql:x --target jdbc:postgresql:y --window 500ms ; window must be a whole number of seconds, at least 1s, was 500ms",
        "compare --source jdbc:postgresql:x --target jdbc:postgresql:y --parallelism 0 ; parallelism must be between 1 and 64, was 0",
        "compare --source jdbc:postgresql:x --target jdbc:postgresql:y --max-differences -1 ; max-differences must not be negative, was -1",
        "compare --source jdbc:postgresql:x --target jdbc:postgresql:y --checksum crc ; --checksum must be auto, send, text, md5 or sha256, was crc",
        "watch --source jdbc:postgresql:x --target jdbc:postgresql:y --every 1ms ; every must be at least 100ms, was PT0.001S",
        "watch --source jdbc:postgresql:x --target jdbc:postgresql:y --listen here ; --listen must be HOST:PORT, PORT or none, such as 127.0.0.1:9464, was here",
        "inspect --source jdbc:postgresql:x --target jdbc:postgresql:y --format xml ; --format must be text or json, was xml",
        "kill-switch on ; kill-switch must be told to engage or to release, was told to on",
        "phase ; reconciler phase: Missing required parameter: 'show|set'",
        "phase move ; phase must be told to show or to set NAME, was told to move",
        "phase set ; phase set needs a phase: one of SOURCE_ONLY, SOURCE_PRIMARY, TARGET_PRIMARY, TARGET_ONLY",
        "phase set SOURCE_PRIMRY ; the phase must be one of SOURCE_ONLY, SOURCE_PRIMARY, TARGET_PRIMARY, TARGET_ONLY, was SOURCE_PRIMRY. Did you mean SOURCE_PRIMARY?",
        "phase show SOURCE_ONLY ; phase show takes no name. To move to another phase: phase set SOURCE_ONLY",
        "kill-switch engage --wait soon ; --wait must be a duration such as 500ms, 2s, 5m, 1h, 1d or PT1H30M, was soon",
        "kill-switch ; reconciler kill-switch: Missing required parameter: 'engage|release'",
      })
  void aWrongCommandLineIsOneLineThatSaysWhatToDo(String line, String message) {
    Ran ran = Ran.of(line.split(" "));

    assertThat(ran.err()).isEqualTo(message + System.lineSeparator());
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
  }

  @Test
  void noCommandAtAllIsWrongUsage() {
    assertThat(Ran.of())
        .isEqualTo(
            new Ran(2, "", "a command is missing. See reconciler -h" + System.lineSeparator()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "init",
        "inspect",
        "watch",
        "compare",
        "repair",
        "status",
        "phase",
        "kill-switch",
        "generate-completion"
      })
  void everyCommandExplainsItselfInEightyColumns(String command) {
    Ran ran = command.isEmpty() ? Ran.of("-h") : Ran.of(command, "-h");

    assertThat(ran.code()).isZero();
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out())
        .startsWith(command.isEmpty() ? "Usage: reconciler" : "Usage: reconciler " + command);
    assertThat(ran.out().lines()).allMatch(l -> l.length() <= 80);
  }

  @Test
  void helpIsACommandToo() {
    assertThat(Ran.of("help", "compare")).isEqualTo(Ran.of("compare", "-h"));
  }

  @Test
  void theVersionIsPrinted() {
    assertThat(Ran.of("--version").out()).matches("(?s)reconciler \\d.*Java .*");
  }

  @Test
  void completionKnowsTheCommands() {
    assertThat(Ran.of("generate-completion").out())
        .contains(
            "inspect",
            "watch",
            "--on-drift",
            "--report",
            "kill-switch",
            "--max-differences",
            "engage",
            "\"json\"",
            "\"send\"");
  }

  @Test
  void aMistakeInTheFileNamesItsLine(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("dualwrite.yaml");
    Files.writeString(
        file,
        "migration: m\nsource: {url: \"jdbc:postgresql:a\"}\ntarget: {url: \"jdbc:postgresql:b\"}\ntabels: {}\n");

    Ran ran = Ran.of("compare", "-c", file.toString());

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("dualwrite.yaml line 4", "tabels", "tables");
  }

  @Test
  void aFileThatIsNotThereIsSaid() {
    Ran ran = Ran.of("status", "-c", "/nowhere/dualwrite.yaml");

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err())
        .isEqualTo("no configuration file /nowhere/dualwrite.yaml" + System.lineSeparator());
  }

  @Test
  void theSchemaIsPrintedWithoutADatabase() {
    Ran ran =
        Ran.with(
            Map.of("DUALWRITE_SOURCE_USERNAME", "app"),
            "init",
            "--print",
            "--source",
            "jdbc:postgresql:x",
            "--target",
            "jdbc:postgresql:y");

    assertThat(ran.code()).isZero();
    assertThat(ran.out())
        .contains("CREATE SCHEMA IF NOT EXISTS \"dualwrite\";", "GRANT", "\"app\"");
  }
}
