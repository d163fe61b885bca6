package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.DualWriteDataSource;
import io.dualwrite.jdbc.PatientConfig;
import io.dualwrite.jdbc.delivery.DeliveryProbe.Point;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The interleavings in which the model's strict writers lose a write, forced on real servers. */
@WithDatabases
class StrictRaceTest {
  private final TestDatabases dbs;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  StrictRaceTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY, v int)");
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private DualWriteDataSource open(DeliveryProbe probe) throws SQLException {
    DualWriteDataSource ds =
        DualWriteDataSource.builder()
            .config(PatientConfig.builder().failurePolicy(FailurePolicy.STRICT).build())
            .source(dbs.source())
            .target(dbs.target())
            .probe(probe)
            .build();
    Awaitility.await().until(() -> ds.migration().delivery().lane("public.item").isPresent());
    return ds;
  }

  @Test
  @Guarantee("G1")
  void aDeleteIsNotLostBehindAnInsertThatTheSecondaryDoesNotShowYet() throws Exception {
    Gate gate = new Gate(Point.PRIMARY_COMMITTED);
    try (DualWriteDataSource ds = open(gate)) {
      Future<?> insert =
          threads.submit(
              () -> {
                dbs.execute(ds, "INSERT INTO item VALUES (1, 1)");
                return null;
              });
      gate.awaitReached();
      // The row is there on the primary, and uncommitted or prepared on the secondary.
      dbs.execute(ds, "DELETE FROM item WHERE id = 1");
      gate.open();
      insert.get();
      Awaitility.await()
          .until(
              () ->
                  "0"
                      .equals(
                          dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.journal")));
      assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM item")).isEqualTo("0");
      assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item")).isEqualTo("0");
    }
  }
}
