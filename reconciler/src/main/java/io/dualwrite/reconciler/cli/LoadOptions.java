package io.dualwrite.reconciler.cli;

import io.dualwrite.Durations;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.load.LoadLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a command may cost the databases. */
final class LoadOptions {
  @Option(
      names = "--max-rows-per-second",
      paramLabel = "N",
      description =
          "How many rows are read a second, on the average. Defaults of these limits: reconciler.load of the configuration.",
      order = 30)
  private @Nullable Long rowsPerSecond;

  @Option(
      names = "--max-latency",
      paramLabel = "TIME",
      description =
          "Do less at once, down to nothing, while a server takes longer than this for the simplest query.",
      order = 31)
  private @Nullable String latency;

  @Option(
      names = "--max-replication-lag",
      paramLabel = "TIME",
      description = "Pause while a standby of either server is further behind than this.",
      order = 32)
  private @Nullable String replicationLag;

  @Option(
      names = "--pause-file",
      paramLabel = "FILE",
      description = "Pause while this file exists.",
      order = 33)
  private @Nullable Path pauseFile;

  @Option(
      names = "--statement-timeout",
      paramLabel = "TIME",
      description =
          "Have the servers cancel a query that takes longer; its window has failed then.",
      order = 34)
  private @Nullable String statementTimeout;

  /** The limits of the configuration, but for those that the command gives. */
  LoadLimits limits(MigrationConfig config) {
    LoadLimits otherwise = LoadLimits.of(config.reconciler().load());
    return new LoadLimits(
        rowsPerSecond == null ? otherwise.rowsPerSecond() : OptionalLong.of(rowsPerSecond),
        duration("--max-latency", latency).or(otherwise::latency),
        duration("--max-replication-lag", replicationLag).or(otherwise::replicationLag),
        Optional.ofNullable(pauseFile).or(otherwise::pauseFile),
        duration("--statement-timeout", statementTimeout).or(otherwise::statementTimeout));
  }

  private static Optional<Duration> duration(String option, @Nullable String text) {
    return Optional.ofNullable(text)
        .map(
            t ->
                Durations.parse(t)
                    .orElseThrow(
                        () ->
                            new IllegalArgumentException(
                                option + " must be " + Durations.ALLOWED + ", was " + t)));
  }
}
