package io.dualwrite.reconciler.cli;

import io.dualwrite.Durations;
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
      description = "How many rows are read a second, on the average. Default: no limit.",
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

  LoadLimits limits() {
    return new LoadLimits(
        rowsPerSecond == null ? OptionalLong.empty() : OptionalLong.of(rowsPerSecond),
        duration("--max-latency", latency),
        duration("--max-replication-lag", replicationLag),
        Optional.ofNullable(pauseFile),
        duration("--statement-timeout", statementTimeout));
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
