package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.journal.InMemoryJournal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two processes' writers on few keys, a secondary that fails and answers late: in the end both
 * stores are equal.
 */
class DualWriterConvergenceTest extends WriterFixture {
  private static final int THREADS = 4;
  private static final int WRITES = 300;
  private static final int KEYS = 5;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void storesAreEqualInTheEnd(long seed) throws Exception {
    InMemoryJournal shared = new InMemoryJournal(100_000);
    List<DualWriter> writers =
        List.of(
            open(shaky(shared, seed, Delivery.ASYNC)),
            open(shaky(shared, seed + 1, Delivery.SYNC)));
    source.after((key, value) -> stagger(seed, value));
    target.before((key, value) -> shake(seed, value));
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    CountDownLatch start = new CountDownLatch(1);
    List<Future<?>> done = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      int number = thread;
      done.add(
          threads.submit(
              () -> {
                Random random = new Random(seed * 100 + number);
                Store.awaitOrFail(start);
                for (int i = 0; i < WRITES; i++) {
                  save(
                      writers.get(random.nextInt(writers.size())),
                      random.nextInt(KEYS),
                      number + "-" + i);
                }
              }));
    }
    start.countDown();
    for (Future<?> each : done) {
      each.get(60, TimeUnit.SECONDS);
    }
    threads.shutdown();
    assertThat(writers.get(0).awaitDelivered(Duration.ofSeconds(60))).as("seed %s", seed).isTrue();
    assertThat(target.rows).as("seed %s", seed).isEqualTo(source.rows);
    assertThat(missed).isEmpty();
  }

  private DualWriterBuilder shaky(InMemoryJournal shared, long seed, Delivery delivery) {
    Random random = new Random(seed);
    return journaled(FailurePolicy.RECOVER, shared)
        .delivery(delivery)
        .secondary(
            new SecondarySettings(
                Duration.ofMillis(500), new CircuitBreakerSettings(100, 100, Duration.ofMillis(1))))
        .copier(
            Long.class,
            (key, from) -> {
              String value = source.rows.get(key);
              LockSupport.parkNanos(random.nextInt(200_000));
              if (value != null) {
                shake(seed, value);
                target.rows.put(key, value);
              }
            });
  }

  private static void stagger(long seed, String value) {
    LockSupport.parkNanos(new Random(value.hashCode() ^ seed).nextInt(100_000));
  }

  private static void shake(long seed, String value) {
    Random random = new Random(value.hashCode() * 31L + seed);
    LockSupport.parkNanos(random.nextInt(300_000));
    if (random.nextInt(10) == 0 && Thread.currentThread().getId() % 2 == 0) {
      throw new IllegalStateException("shaken");
    }
  }
}
