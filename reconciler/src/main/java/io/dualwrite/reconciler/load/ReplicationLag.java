package io.dualwrite.reconciler.load;

import io.dualwrite.Side;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * How far the slowest standby of a side is behind.
 *
 * <p>The server's own {@code replay_lag} says nothing of a standby that has stopped replaying, so
 * that besides it is remembered when the log first went beyond what the standby has replayed.
 */
final class ReplicationLag implements Brake {
  private static final String PRIVILEGE_MISSING = "42501";
  private static final String SQL =
      """
      select pg_catalog.pg_wal_lsn_diff(case when pg_catalog.pg_is_in_recovery()
            then pg_catalog.pg_last_wal_replay_lsn() else pg_catalog.pg_current_wal_lsn() end, '0/0')::int8,
          min(pg_catalog.pg_wal_lsn_diff(replay_lsn, '0/0'))::int8,
          coalesce(extract(epoch from max(replay_lag)) * 1000, 0)::int8,
          count(*) filter (where state is null)
        from pg_catalog.pg_stat_replication""";

  private final Side side;
  private final DataSource database;
  private final Duration most;
  private final Deque<Seen> seen = new ArrayDeque<>();

  ReplicationLag(Side side, DataSource database, Duration most) {
    this.side = side;
    this.database = database;
    this.most = most;
  }

  /** How far the log was written at some moment. */
  private record Seen(long nanos, long written) {}

  @Override
  public Optional<String> reason() {
    Duration lag;
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(SQL)) {
      result.next();
      if (result.getLong(4) > 0) {
        throw new SQLException(
            "max-replication-lag needs to see pg_stat_replication: grant pg_monitor to this user",
            PRIVILEGE_MISSING);
      }
      long written = result.getLong(1);
      long replayed = result.getLong(2);
      lag = result.wasNull() ? Duration.ZERO : lag(written, replayed);
      Duration reported = Duration.ofMillis(result.getLong(3));
      lag = lag.compareTo(reported) > 0 ? lag : reported;
    } catch (SQLException e) {
      throw new SideReadException(side, e);
    }
    return lag.compareTo(most) <= 0
        ? Optional.empty()
        : Optional.of(
            "a standby of the "
                + side.label()
                + " is "
                + lag.toMillis()
                + " ms behind (max-replication-lag "
                + most.toMillis()
                + " ms)");
  }

  private Duration lag(long written, long replayed) {
    long now = System.nanoTime();
    while (!seen.isEmpty() && seen.getFirst().written() <= replayed) {
      seen.removeFirst();
    }
    if (written > replayed && (seen.isEmpty() || seen.getLast().written() < written)) {
      seen.addLast(new Seen(now, written));
    }
    return seen.isEmpty() ? Duration.ZERO : Duration.ofNanos(now - seen.getFirst().nanos());
  }
}
