package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.FailurePolicy;
import io.dualwrite.KillSwitch;
import io.dualwrite.ManualKillSwitch;
import io.dualwrite.jdbc.DualWriteDataSource;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.delivery.DeliveryProbe.Point;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What the kill switch cuts off is no failure of the secondary. */
@WithDatabases
class CutOffTest {
  private static final String ITEM = "public.item";

  private final TestDatabases dbs;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  CutOffTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  @Guarantee("G9")
  void aRoundIsNotCounted() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY)");
    List<Lane> lanes = bed.mirror().lanes();
    CircuitBreaker breaker = bed.config.secondary().circuitBreaker().newBreaker("test");
    Gate gate = new Gate(Point.LOCKED);
    bed.change("INSERT INTO item VALUES (1)", ITEM, "1");
    try (DeliveryEngine engine =
        new DeliveryEngine(
            bed.context(),
            DeliverySettings.DEFAULT,
            () -> lanes,
            breaker,
            DualWriteMetrics.of(registry, "test"),
            gate)) {
      engine.resume();
      gate.awaitReached();
      engine.pause();
      gate.open();
    } finally {
      gate.open();
    }
    // Closed, so that the round is over.
    assertThat(bed.pending()).isEqualTo(1);
    assertThat(breaker.getMetrics().getNumberOfFailedCalls()).isZero();
    assertThat(registry.find("dualwrite.secondary.failures").counters()).isEmpty();
  }

  @Test
  @Guarantee("G9")
  void aStrictCommitIsNotCounted() throws Exception {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY)");
    ManualKillSwitch killSwitch = KillSwitch.manual();
    Gate gate = new Gate(Point.STRICT_WRITTEN);
    try (DualWriteDataSource ds =
        DualWriteDataSource.builder()
            .config(MigrationConfig.builder("test").failurePolicy(FailurePolicy.STRICT).build())
            .source(dbs.source())
            .target(dbs.target())
            .killSwitch(killSwitch)
            .meterRegistry(registry)
            .probe(gate)
            .build()) {
      Awaitility.await().until(() -> ds.migration().delivery().lane(ITEM).isPresent());
      CompletableFuture<Void> insert =
          CompletableFuture.runAsync(
              () -> {
                try {
                  dbs.execute(ds, "INSERT INTO item VALUES (1)");
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      gate.awaitReached();
      killSwitch.engage();
      Awaitility.await().until(() -> !ds.migration().delivery().isRunning());
      gate.open();
      insert.get();
      assertThat(failedCalls()).isZero();
    } finally {
      gate.open();
    }
  }

  private long failedCalls() {
    return registry.get("resilience4j.circuitbreaker.calls").tag("kind", "failed").timer().count();
  }
}
