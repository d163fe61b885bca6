package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.dualwrite.CircuitBreakerSettings;
import io.dualwrite.FailurePolicy;
import io.dualwrite.SecondarySettings;
import io.dualwrite.jdbc.DualWriteDataSource;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.delivery.DeliveryProbe.Point;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** STRICT commits by which a half-open circuit breaker tries the secondary again. */
@WithDatabases
class StrictOnTrialTest {
  private final TestDatabases dbs;
  private volatile Runnable whenWritten = () -> {};

  StrictOnTrialTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  void oneThatFailsUnexpectedlyLeavesTheTrialToTheNext() throws Exception {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY)");
    try (DualWriteDataSource ds =
        DualWriteDataSource.builder()
            .config(
                MigrationConfig.builder("test")
                    .failurePolicy(FailurePolicy.STRICT)
                    .secondary(
                        new SecondarySettings(
                            Duration.ofSeconds(20),
                            new CircuitBreakerSettings(100, 1, Duration.ofMillis(100))))
                    .build())
            .source(dbs.source())
            .target(dbs.target())
            .probe(where -> reached(where))
            .build()) {
      Awaitility.await().until(() -> ds.migration().delivery().lane("public.item").isPresent());
      whenWritten = this::endConnections;
      assertThatThrownBy(() -> insert(ds)).isInstanceOf(SQLException.class);
      whenWritten =
          () -> {
            throw new IllegalStateException("once");
          };
      Awaitility.await()
          .until(() -> catchThrowable(() -> insert(ds)) instanceof IllegalStateException);
      whenWritten = () -> {};
      Awaitility.await().until(() -> catchThrowable(() -> insert(ds)) == null);
      assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item")).isEqualTo("1");
    }
  }

  private void reached(Point where) {
    if (where == Point.STRICT_WRITTEN) {
      whenWritten.run();
    }
  }

  private void insert(DualWriteDataSource ds) throws SQLException {
    dbs.execute(ds, "INSERT INTO item VALUES (1)");
  }

  private void endConnections() {
    try {
      dbs.query(
          dbs.target(),
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
              + " AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'");
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
