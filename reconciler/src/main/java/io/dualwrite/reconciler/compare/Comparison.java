package io.dualwrite.reconciler.compare;

import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a comparison found. It is in sync only when every window of every table was looked at and
 * found equal.
 *
 * @param migration the migration's name
 * @param startedAt when it began, by this machine's clock
 * @param duration how long it took
 * @param checksum how rows were compared inside the databases
 * @param complete whether it covered every mirrored table whole, not a part of them
 * @param tables the tables, parents before children
 * @param kept what was kept of it in the target
 * @param sampledFrom how many windows there are of which it looked at a sample; empty: it was none
 * @param ofDifferences whether only what the last comparison did not find equal was looked at
 *     again: no such comparison is in sync
 */
public record Comparison(
    String migration,
    Instant startedAt,
    Duration duration,
    Checksum checksum,
    boolean complete,
    List<TableComparison> tables,
    Kept kept,
    OptionalLong sampledFrom,
    boolean ofDifferences) {
  public Comparison {
    tables = List.copyOf(tables);
  }

  /**
   * Whether both sides hold the same, everywhere; never true when something could not be looked at,
   * or nothing was.
   */
  public boolean inSync() {
    return !tables.isEmpty() && nothingFound() && !ofDifferences && !isSample();
  }

  /** Whether only a sample of windows was looked at: none is in sync, whatever was found. */
  public boolean isSample() {
    return sampledFrom.isPresent();
  }

  /** Whether every window that was looked at is equal. */
  public boolean nothingFound() {
    return tables.stream().allMatch(TableComparison::inSync);
  }

  /** How many windows of all tables have that verdict. */
  public long count(Status status) {
    return tables.stream().mapToLong(t -> t.count(status)).sum();
  }

  /** The same with what was kept of it. */
  public Comparison with(Kept how) {
    return new Comparison(
        migration,
        startedAt,
        duration,
        checksum,
        complete,
        tables,
        how,
        sampledFrom,
        ofDifferences);
  }

  /** Whether some window is to be looked at again. */
  public boolean unfinished() {
    return count(Status.FAILED) + count(Status.NOT_YET) > 0;
  }

  /** Whether something could not be compared. */
  public boolean incomplete() {
    return count(Status.FAILED) + count(Status.SKIPPED) > 0;
  }

  /** The same with at most so many differences of each table listed. */
  public Comparison listing(int most) {
    return new Comparison(
        migration,
        startedAt,
        duration,
        checksum,
        complete,
        tables.stream().map(t -> t.listing(most)).toList(),
        kept,
        sampledFrom,
        ofDifferences);
  }
}
