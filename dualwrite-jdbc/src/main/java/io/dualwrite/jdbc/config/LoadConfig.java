package io.dualwrite.jdbc.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the reconciler may cost the databases, unless a command says otherwise.
 *
 * @param maxRowsPerSecond rows read a second, on the average; empty: no limit
 * @param maxLatency of the simplest query, beyond which less is done at once; empty: no limit
 * @param maxReplicationLag of a standby of either server, beyond which it pauses; empty: no limit
 * @param pauseFile while it exists, the reconciler pauses; empty: no such file
 * @param statementTimeout how long one query may take; empty: as the server says
 */
public record LoadConfig(
    OptionalLong maxRowsPerSecond,
    Optional<Duration> maxLatency,
    Optional<Duration> maxReplicationLag,
    Optional<Path> pauseFile,
    Optional<Duration> statementTimeout) {

  /** No limits. */
  public static final LoadConfig NONE =
      new LoadConfig(
          OptionalLong.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  public LoadConfig {
    maxRowsPerSecond.ifPresent(
        n -> Check.that(n > 0, "reconciler.load.max-rows-per-second must be at least 1, was " + n));
    maxLatency.ifPresent(l -> Check.positive("reconciler.load.max-latency", l));
    maxReplicationLag.ifPresent(l -> Check.positive("reconciler.load.max-replication-lag", l));
    statementTimeout.ifPresent(l -> Check.positive("reconciler.load.statement-timeout", l));
  }

  static LoadConfig rows(long perSecond) {
    return new LoadConfig(
        OptionalLong.of(perSecond),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  static LoadConfig latency(Duration limit) {
    return new LoadConfig(
        OptionalLong.empty(),
        Optional.of(limit),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  static LoadConfig lag(Duration limit) {
    return new LoadConfig(
        OptionalLong.empty(),
        Optional.empty(),
        Optional.of(limit),
        Optional.empty(),
        Optional.empty());
  }

  static LoadConfig timeout(Duration limit) {
    return new LoadConfig(
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(limit));
  }
}
