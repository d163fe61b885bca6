package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.base.Throwables;
import io.dualwrite.FailurePolicy;
import io.dualwrite.SecondarySettings;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.delivery.DeliveryProbe.Point;
import io.dualwrite.testing.TcpProxy;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A STRICT commit whose rows need the lane's exclusive lock, because a parent is missing. */
@WithDatabases
class StrictDeadlineTest {
  private final TestDatabases dbs;

  StrictDeadlineTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  void itEndsAtTheLimitWhenTheTargetSaysNothingMoreOnceTheRowsAreWritten() throws Exception {
    dbs.executeOnBoth(
        "CREATE TABLE parent (id int PRIMARY KEY)",
        "CREATE TABLE child (id int PRIMARY KEY, parent int NOT NULL REFERENCES parent)");
    dbs.execute(dbs.source(), "INSERT INTO parent VALUES (1)");
    AtomicBoolean written = new AtomicBoolean();
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.targetServer());
        DualWriteDataSource ds =
            DualWriteDataSource.builder()
                .config(
                    MigrationConfig.builder("test")
                        .failurePolicy(FailurePolicy.STRICT)
                        .secondary(SecondarySettings.defaults().withTimeout(Duration.ofSeconds(2)))
                        .build())
                .source(dbs.source())
                .target(dbs.targetThrough(proxy))
                .probe(
                    where -> {
                      if (where == Point.STRICT_WRITTEN && !written.getAndSet(true)) {
                        proxy.holdAnswers();
                      }
                    })
                .build()) {
      Awaitility.await().until(() -> ds.migration().delivery().lane("public.child").isPresent());
      SQLException failure =
          catchThrowableOfType(
              SQLException.class, () -> dbs.execute(ds, "INSERT INTO child VALUES (1, 1)"));
      proxy.forward();
      assertThat(failure.getMessage()).contains("both sides rolled back");
      assertThat(written).isTrue();
      assertThat(Throwables.getRootCause(failure))
          .as("cut off, and not given up a second later")
          .isNotInstanceOf(SocketTimeoutException.class);
    }
  }
}
