package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.backfill.BackfillOptions;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.load.LoadLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class LoadOptionsTest {
  @TempDir private Path dir;

  @Command
  private static final class Words {
    @Mixin private final LoadOptions load = new LoadOptions();
  }

  private MigrationConfig config() throws IOException {
    Path file = dir.resolve("dualwrite.yaml");
    Files.writeString(
        file,
        """
        migration: test
        source: {url: "jdbc:postgresql://localhost/s"}
        target: {url: "jdbc:postgresql://localhost/t"}
        reconciler:
          load: {max-rows-per-second: 50000, max-latency: 50ms, pause-file: /run/app/pause}
        """);
    return MigrationConfig.load(file);
  }

  private static LoadLimits limits(MigrationConfig config, String... args) {
    Words words = new Words();
    new CommandLine(words).parseArgs(args);
    return words.load.limits(config);
  }

  @Test
  void theConfigurationsLimitsHold() throws IOException {
    LoadLimits expected =
        LoadLimits.NONE
            .rowsPerSecond(50_000)
            .latency(Duration.ofMillis(50))
            .pauseFile(Path.of("/run/app/pause"));

    assertThat(limits(config())).isEqualTo(expected);
    assertThat(CompareOptions.of(config().reconciler()).load()).isEqualTo(expected);
    assertThat(BackfillOptions.of(config().reconciler()).load()).isEqualTo(expected);
  }

  @Test
  void optionsWin() throws IOException {
    assertThat(limits(config(), "--max-latency", "2s", "--statement-timeout", "1m"))
        .isEqualTo(
            LoadLimits.NONE
                .rowsPerSecond(50_000)
                .latency(Duration.ofSeconds(2))
                .pauseFile(Path.of("/run/app/pause"))
                .statementTimeout(Duration.ofMinutes(1)));
  }
}
