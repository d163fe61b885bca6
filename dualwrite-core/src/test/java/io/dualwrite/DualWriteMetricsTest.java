package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class DualWriteMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final DualWriteMetrics metrics = DualWriteMetrics.of(registry, "to-new");

  @Test
  void writes() {
    metrics.write("orders", "save", Side.TARGET, WriteOutcome.FAILURE, metrics.started());
    metrics.write("orders", "save", Side.TARGET, WriteOutcome.FAILURE, metrics.started());
    assertThat(
            registry
                .get("dualwrite.writes")
                .tags(
                    "migration",
                    "to-new",
                    "table",
                    "orders",
                    "operation",
                    "save",
                    "side",
                    "target",
                    "outcome",
                    "failure")
                .timer()
                .count())
        .isEqualTo(2);
  }

  @Test
  void counters() {
    metrics.secondaryFailure("orders", "timeout");
    metrics.unmirrored("ddl");
    metrics.delivered("orders", 5);
    metrics.shadowRead(ShadowOutcome.MISMATCH);
    assertThat(
            count("dualwrite.secondary.failures", Tags.of("table", "orders", "reason", "timeout")))
        .isEqualTo(1);
    assertThat(count("dualwrite.unmirrored", Tags.of("reason", "ddl"))).isEqualTo(1);
    assertThat(count("dualwrite.delivery.rows", Tags.of("table", "orders"))).isEqualTo(5);
    assertThat(count("dualwrite.shadow.reads", Tags.of("outcome", "mismatch"))).isEqualTo(1);
  }

  @Test
  void timers() {
    metrics.deliveryLag(Duration.ofMillis(3));
    metrics.shadowLatency(Side.SOURCE, 1_000_000);
    assertThat(registry.get("dualwrite.delivery.lag").timer().totalTime(TimeUnit.MILLISECONDS))
        .isEqualTo(3);
    assertThat(
            registry
                .get("dualwrite.shadow.latency")
                .tag("side", "source")
                .timer()
                .totalTime(TimeUnit.MILLISECONDS))
        .isEqualTo(1);
  }

  @Test
  void gaugesFollowAndGoWithTheMetrics() {
    AtomicReference<Phase> phase = new AtomicReference<>(Phase.SOURCE_PRIMARY);
    metrics.showState(phase::get, () -> true);
    metrics.showJournal(() -> 12, () -> 0.5);
    assertThat(gauge("dualwrite.phase")).isEqualTo(1);
    phase.set(Phase.TARGET_PRIMARY);
    assertThat(gauge("dualwrite.phase")).isEqualTo(2);
    assertThat(gauge("dualwrite.kill.switch")).isEqualTo(1);
    assertThat(gauge("dualwrite.journal.pending")).isEqualTo(12);
    assertThat(gauge("dualwrite.journal.oldest.age")).isEqualTo(0.5);
    metrics.unmirrored("ddl");
    metrics.close();
    assertThat(registry.find("dualwrite.phase").gauge()).isNull();
    assertThat(registry.find("dualwrite.unmirrored").counter()).isNotNull();
  }

  @Test
  void breakerIsShownUnderResilience4jsNames() {
    metrics.show(CircuitBreakerSettings.defaults().newBreaker("orders"));
    assertThat(
            registry
                .get("resilience4j.circuitbreaker.state")
                .tags("name", "orders", "state", "closed")
                .gauge()
                .value())
        .isEqualTo(1);
    metrics.close();
    assertThat(registry.getMeters())
        .extracting(meter -> meter.getId().getName())
        .noneMatch(name -> name.startsWith("resilience4j"));
  }

  @Test
  void withoutARegistryNothingIsMeasuredAndNothingFails() {
    DualWriteMetrics none = DualWriteMetrics.of(null, "to-new");
    assertThat(none).isSameAs(DualWriteMetrics.none());
    assertThat(none.started()).isZero();
    none.write("orders", "save", Side.TARGET, WriteOutcome.SUCCESS, 0);
    none.secondaryFailure("orders", "timeout");
    none.unmirrored("ddl");
    none.delivered("orders", 5);
    none.deliveryLag(Duration.ZERO);
    none.shadowRead(ShadowOutcome.MATCH);
    none.shadowLatency(Side.SOURCE, 1);
    none.showJournal(() -> 0, () -> 0);
    none.showState(() -> Phase.SOURCE_ONLY, () -> false);
    none.show(CircuitBreakerSettings.defaults().newBreaker("orders"));
    none.close();
  }

  @Test
  void recordingAllocatesNothingOnceTheTagsWereSeen() {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long before = threads.getThreadAllocatedBytes(thread);
      for (int i = 0; i < 1000; i++) {
        metrics.write("orders", "save", Side.SOURCE, WriteOutcome.SUCCESS, metrics.started());
        metrics.secondaryFailure("orders", "timeout");
      }
      least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
    }
    // What is left over 1,000 rounds is the measurement's own.
    assertThat(least).isLessThan(1000);
  }

  private double count(String name, Tags tags) {
    return registry.get(name).tags(tags.and("migration", "to-new")).counter().count();
  }

  private double gauge(String name) {
    return registry.get(name).tag("migration", "to-new").gauge().value();
  }
}
