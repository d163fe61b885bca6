package io.dualwrite.reconciler.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dualwrite.Side;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/** A standby, played by a replication connection, holds a run back while it is behind. */
class ReplicationLagTest {

  @Test
  @WithDatabases(dedicated = true)
  void aRunWaitsForAStandbyThatIsBehind(TestDatabases dbs) throws SQLException {
    LogSequenceNumber start = written(dbs);
    try (Connection connection = replication(dbs);
        PGReplicationStream standby =
            connection
                .unwrap(PGConnection.class)
                .getReplicationAPI()
                .replicationStream()
                .physical()
                .withStartPosition(start)
                .start();
        Throttle throttle =
            Throttle.start(
                LoadLimits.NONE.replicationLag(Duration.ofMillis(50)),
                Map.of(Side.SOURCE, dbs.source()),
                1,
                Duration.ofMillis(20),
                Pauses.NONE)) {
      replayed(standby, start);
      dbs.execute(dbs.source(), "create table t (id int)", "insert into t values (1)");

      await().until(() -> throttle.paused().isPresent());
      assertThat(throttle.paused().orElseThrow())
          .startsWith("a standby of the source is ")
          .endsWith(" ms behind (max-replication-lag 50 ms)");

      CompletableFuture<Void> turn = CompletableFuture.runAsync(() -> throttle.turn().close());
      await()
          .until(
              () -> {
                replayed(standby, written(dbs));
                return turn.isDone();
              });
      turn.join();
    }
  }

  private static void replayed(PGReplicationStream standby, LogSequenceNumber position)
      throws SQLException {
    standby.setFlushedLSN(position);
    standby.setAppliedLSN(position);
    standby.forceUpdateStatus();
  }

  private static LogSequenceNumber written(TestDatabases dbs) throws SQLException {
    return LogSequenceNumber.valueOf(
        String.valueOf(dbs.query(dbs.source(), "select pg_current_wal_lsn()").get(0).get(0)));
  }

  private static Connection replication(TestDatabases dbs) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", dbs.sourceServer().username());
    properties.setProperty("password", dbs.sourceServer().password());
    properties.setProperty("replication", "true");
    properties.setProperty("preferQueryMode", "simple");
    properties.setProperty("assumeMinServerVersion", "13");
    return DriverManager.getConnection(dbs.sourceServer().jdbcUrl(dbs.database()), properties);
  }
}
