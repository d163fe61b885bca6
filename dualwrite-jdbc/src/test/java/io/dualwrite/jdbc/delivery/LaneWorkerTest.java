package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dualwrite.CircuitBreakerSettings;
import io.dualwrite.jdbc.config.ThrottleConfig;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

@WithDatabases
class LaneWorkerTest {
  private static final int OTHERS = 3;

  private final TestDatabases dbs;

  LaneWorkerTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  void aLaneIsDeliveredAlthoughOthersAlwaysWaitForIt() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY)");
    Lane lane = bed.lane("public.item");
    AtomicBoolean running = new AtomicBoolean(true);
    ScheduledExecutorService executor = Executors.newScheduledThreadPool(OTHERS + 1);
    List<Future<?>> others = new ArrayList<>();
    try {
      for (int i = 0; i < OTHERS; i++) {
        others.add(executor.submit(() -> hold(bed.context(), lane, running)));
      }
      LaneWorker worker =
          new LaneWorker(
              bed.delivery("public.item"),
              executor,
              CircuitBreaker.ofDefaults("test"),
              DeliverySettings.DEFAULT,
              new Throttle("test", ThrottleConfig.OFF),
              running::get);
      bed.change("INSERT INTO item VALUES (1)", "public.item", "1");
      worker.wake();
      await().until(() -> bed.pending() == 0);
      dbs.assertSameRows("SELECT * FROM item");
    } finally {
      running.set(false);
      for (Future<?> other : others) {
        other.get();
      }
      executor.shutdown();
      executor.awaitTermination(60, TimeUnit.SECONDS);
    }
  }

  @Test
  @Guarantee("G1")
  void whoWaitsBeginsNoSecondRoundBesidesOneThatRuns() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY)");
    AtomicInteger begun = new AtomicInteger();
    Gate gate = new Gate(DeliveryProbe.Point.SECONDARY_COMMITTED);
    DeliveryProbe probe =
        where -> {
          if (where == DeliveryProbe.Point.LOCKED) {
            begun.incrementAndGet();
          }
          gate.reached(where);
        };
    ScheduledExecutorService executor = Executors.newScheduledThreadPool(2);
    try {
      LaneWorker worker =
          new LaneWorker(
              bed.delivery("public.item", probe),
              executor,
              CircuitBreaker.ofDefaults("test"),
              DeliverySettings.DEFAULT,
              new Throttle("test", ThrottleConfig.OFF),
              () -> true);
      bed.change("INSERT INTO item VALUES (1)", "public.item", "1");
      worker.wake();
      gate.awaitReached();
      CompletableFuture<Boolean> waited =
          CompletableFuture.supplyAsync(() -> delivered(worker), task -> new Thread(task).start());
      await().during(Duration.ofMillis(300)).until(() -> begun.get() == 1);
      gate.open();
      assertThat(waited.get(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      gate.open();
      executor.shutdown();
      executor.awaitTermination(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void aHalfOpenBreakerClosesAlthoughTheRoundOnTrialFailedUnexpectedly() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY)");
    CircuitBreaker breaker =
        new CircuitBreakerSettings(50, 10, Duration.ofSeconds(10)).newBreaker("test");
    breaker.transitionToOpenState();
    breaker.transitionToHalfOpenState();
    assertThat(breaker.getCircuitBreakerConfig().getPermittedNumberOfCallsInHalfOpenState())
        .isEqualTo(1);
    ScheduledExecutorService executor = Executors.newScheduledThreadPool(1);
    try {
      LaneWorker worker =
          new LaneWorker(
              bed.delivery("public.item", failingOnce()),
              executor,
              breaker,
              DeliverySettings.DEFAULT,
              new Throttle("test", ThrottleConfig.OFF),
              () -> true);
      bed.change("INSERT INTO item VALUES (1)", "public.item", "1");
      assertThat(worker.await(Duration.ofSeconds(20))).isFalse();
      assertThat(worker.failing()).as("who waits is told at once").isTrue();
      await().until(() -> bed.pending() == 0);
      dbs.assertSameRows("SELECT * FROM item");
      await().until(() -> !worker.failing());
      assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    } finally {
      executor.shutdown();
      executor.awaitTermination(20, TimeUnit.SECONDS);
    }
  }

  private static DeliveryProbe failingOnce() {
    AtomicBoolean failed = new AtomicBoolean();
    return where -> {
      if (!failed.getAndSet(true)) {
        throw new IllegalStateException("once");
      }
    };
  }

  private static boolean delivered(LaneWorker worker) {
    try {
      return worker.await(Duration.ofSeconds(60));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Void hold(CopyContext context, Lane lane, AtomicBoolean running) throws Exception {
    while (running.get()) {
      try (LockedCopy copy = LockedCopy.begin(context, lane)) {
        Bed.run(copy.secondary(), "SELECT pg_sleep(0.03)");
      }
    }
    return null;
  }
}
