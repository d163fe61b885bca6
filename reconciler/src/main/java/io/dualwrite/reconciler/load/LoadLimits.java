package io.dualwrite.reconciler.load;

import io.dualwrite.jdbc.config.LoadConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a run may cost the databases. Immutable.
 *
 * @param rowsPerSecond rows read or copied per second on the average, all threads together; empty:
 *     as fast as it goes
 * @param latency while the simplest query on a side takes longer, less is done at once, down to
 *     nothing; empty: no limit
 * @param replicationLag while a standby of either side is further behind, nothing is begun; empty:
 *     standbys are not looked at
 * @param pauseFile while it exists, nothing is begun; empty: no such file
 * @param statementTimeout how long one query may run on a server before it is cancelled there and
 *     what it was to read counts as failed; empty: as the server says
 */
public record LoadLimits(
    OptionalLong rowsPerSecond,
    Optional<Duration> latency,
    Optional<Duration> replicationLag,
    Optional<Path> pauseFile,
    Optional<Duration> statementTimeout) {

  /** Nothing is held back. */
  public static final LoadLimits NONE =
      new LoadLimits(
          OptionalLong.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  public LoadLimits {
    if (rowsPerSecond.isPresent() && rowsPerSecond.getAsLong() < 1) {
      throw new IllegalArgumentException(
          "max-rows-per-second must be at least 1, was " + rowsPerSecond.getAsLong());
    }
    positive("max-latency", latency);
    positive("max-replication-lag", replicationLag);
    positive("statement-timeout", statementTimeout);
  }

  /** Those of a configuration. */
  public static LoadLimits of(LoadConfig config) {
    return new LoadLimits(
        config.maxRowsPerSecond(),
        config.maxLatency(),
        config.maxReplicationLag(),
        config.pauseFile(),
        config.statementTimeout());
  }

  /** So many rows a second. */
  public LoadLimits rowsPerSecond(long rows) {
    return new LoadLimits(
        OptionalLong.of(rows), latency, replicationLag, pauseFile, statementTimeout);
  }

  /** That latency of the simplest query. */
  public LoadLimits latency(Duration limit) {
    return new LoadLimits(
        rowsPerSecond, Optional.of(limit), replicationLag, pauseFile, statementTimeout);
  }

  /** That lag of standbys. */
  public LoadLimits replicationLag(Duration limit) {
    return new LoadLimits(rowsPerSecond, latency, Optional.of(limit), pauseFile, statementTimeout);
  }

  /** Paused while that file exists. */
  public LoadLimits pauseFile(Path file) {
    return new LoadLimits(
        rowsPerSecond, latency, replicationLag, Optional.of(file), statementTimeout);
  }

  /** That long for one query. */
  public LoadLimits statementTimeout(Duration limit) {
    return new LoadLimits(rowsPerSecond, latency, replicationLag, pauseFile, Optional.of(limit));
  }

  /** Whether something has to be watched while a run goes on. */
  boolean watched() {
    return latency.isPresent() || replicationLag.isPresent() || pauseFile.isPresent();
  }

  private static void positive(String name, Optional<Duration> limit) {
    if (limit.isPresent() && limit.get().toMillis() < 1) {
      throw new IllegalArgumentException(name + " must be at least 1ms, was " + limit.get());
    }
  }
}
