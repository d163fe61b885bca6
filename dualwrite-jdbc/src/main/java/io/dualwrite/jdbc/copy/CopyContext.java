package io.dualwrite.jdbc.copy;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.jdbc.journal.LockKeys;
import io.dualwrite.jdbc.schema.SliceFunction;
import io.dualwrite.jdbc.schema.TablePair;
import java.time.Duration;
import java.util.Collection;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.sql.DataSource;

/**
 * Between which databases rows are copied, and how long the secondary may keep anyone waiting.
 *
 * @param migration the migration's name, part of the locks' identity
 * @param journal the primary's journal
 * @param primary which side is read
 * @param primaryDatabase where the side that is read is
 * @param secondaryDatabase where the side that is written is
 * @param lockWait how long to wait for the lane's lock
 * @param statementTimeout the limit of one statement on either side
 * @param idleTimeout after how long without a sign of life the secondary ends the transaction, and
 *     with it the lock
 * @param primaryFirst whether who needs connections to both opens that to the primary first. So it
 *     must be where commits under STRICT wait for the secondary with a connection to the primary in
 *     hand; elsewhere a secondary that cannot be reached is waited for with none in hand
 */
public record CopyContext(
    String migration,
    Journal journal,
    Side primary,
    DataSource primaryDatabase,
    DataSource secondaryDatabase,
    Duration lockWait,
    Duration statementTimeout,
    Duration idleTimeout,
    boolean primaryFirst) {

  /**
   * As a migration is configured.
   *
   * @param statementTimeout the limit of one statement; the reconciler's steps may take longer than
   *     a delivery's
   */
  public static CopyContext of(
      MigrationConfig config,
      Side primary,
      DataSource source,
      DataSource target,
      Duration statementTimeout) {
    return new CopyContext(
        config.migration(),
        new Journal(config.journal().schema()),
        primary,
        primary == Side.SOURCE ? source : target,
        primary == Side.SOURCE ? target : source,
        statementTimeout,
        statementTimeout,
        statementTimeout.multipliedBy(2),
        config.usesStrict());
  }

  /** The side that is written. */
  public Side secondary() {
    return primary.other();
  }

  /**
   * The advisory locks of these tables on the secondary, in the order in which everyone takes them.
   */
  LongStream locks(Collection<TablePair> tables) {
    return tables.stream()
        .mapToLong(t -> LockKeys.of(migration, t.name().toString()))
        .sorted()
        .distinct();
  }

  /**
   * The locks of all slices of these tables, in the order in which everyone takes them, behind
   * those of tables.
   */
  LongStream sliceLocks(Collection<TablePair> tables) {
    return tables.stream()
        .flatMapToLong(t -> IntStream.range(0, SliceFunction.COUNT).mapToLong(n -> sliceLock(t, n)))
        .sorted();
  }

  /** The lock of one slice of a table. */
  long sliceLock(TablePair table, int slice) {
    return LockKeys.ofSlice(migration, table.name().toString(), slice);
  }
}
