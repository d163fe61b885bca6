package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.journal.InMemoryJournal;
import io.dualwrite.journal.Journal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Writers and copiers of one key, each in a process of its own, stepped through thousands of random
 * interleavings of their calls of the journal and the stores. In some the secondary fails, a writer
 * is taken for dead, or dies. Whatever the order, when the journal has been worked off both stores
 * are equal.
 */
class InterleavingTest {
  private static final int SCHEDULES = 400;
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final Duration TAKE_OVER = Duration.ofMinutes(2);

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void storesAreEqualInTheEnd(long seed) throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      for (int schedule = 0; schedule < SCHEDULES; schedule++) {
        new Run(new Random(seed * 1_000_003 + schedule), threads).check(seed, schedule);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** One interleaving. */
  private static final class Run {
    private final Random random;
    private final ExecutorService threads;
    private final Steps steps = new Steps();
    private final MutableClock clock = new MutableClock();
    private final Journal journal = new InMemoryJournal(100, clock);
    private final Map<Long, String> source = new ConcurrentHashMap<>();
    private final Map<Long, String> target = new ConcurrentHashMap<>();
    private final List<DualWriter> writers = new ArrayList<>();
    private final List<Future<?>> actors = new ArrayList<>();

    Run(Random random, ExecutorService threads) {
      this.random = random;
      this.threads = threads;
    }

    void check(long seed, int schedule) throws Exception {
      source.put(1L, "first");
      if (random.nextBoolean()) {
        journal.leave(journal.add("1", Side.SOURCE));
      } else {
        target.put(1L, "first");
      }
      // Not both: a process that sleeps past the take-over age and then dies is what the guide says
      // is lost.
      boolean timePasses = random.nextInt(3) == 0;
      int live = 1 + random.nextInt(2);
      for (int i = 0; i < live; i++) {
        startWriter("writer " + i, random.nextInt(4) == 0, !timePasses && random.nextInt(4) == 0);
      }
      int copiers = 1 + random.nextInt(2);
      for (int i = 0; i < copiers; i++) {
        startCopier("copier " + i);
      }
      if (timePasses) {
        startTime("time");
      }
      steps.runAll(random);
      for (Future<?> each : actors) {
        each.get(60, TimeUnit.SECONDS);
      }
      writers.forEach(DualWriter::close);
      clock.advance(TAKE_OVER);
      for (int i = 0; journal.size() > 0 && i < 10; i++) {
        copy(journal, "last", null);
      }
      assertThat(journal.size()).isZero();
      assertThat(target)
          .as("seed %s, schedule %s: %s", seed, schedule, steps.history())
          .isEqualTo(source);
    }

    private void startWriter(String actor, boolean fails, boolean dies) {
      DualWriter writer =
          DualWriter.builder(actor)
              .phase(Phase.SOURCE_PRIMARY)
              .delivery(Delivery.SYNC)
              .secondary(SecondarySettings.defaults().withTimeout(LIMIT))
              .takeOverAfter(TAKE_OVER)
              .journal(new SteppedJournal(journal, steps, actor, dies))
              .copier(Long.class, (key, from) -> {})
              .build();
      writers.add(writer);
      steps.join(actor);
      actors.add(
          threads.submit(
              () ->
                  writer.write(
                      "save",
                      1L,
                      () -> put(actor, source, actor, false),
                      () -> put(actor, target, actor, fails))));
    }

    private String put(String actor, Map<Long, String> store, String value, boolean fails) {
      steps.pass(actor, store == source ? "primary" : "secondary");
      if (fails) {
        throw new IllegalStateException("down");
      }
      store.put(1L, value);
      return value;
    }

    private void startCopier(String actor) {
      steps.join(actor);
      actors.add(
          threads.submit(
              () -> {
                copy(new SteppedJournal(journal, steps, actor, false), actor, steps);
                steps.done(actor);
              }));
    }

    /** Time passes, so that whoever is at work is taken for dead. */
    private void startTime(String actor) {
      steps.join(actor);
      actors.add(
          threads.submit(
              () -> {
                steps.pass(actor, "passes");
                clock.advance(TAKE_OVER);
                steps.done(actor);
              }));
    }

    private void copy(Journal on, String actor, @Nullable Steps stepped) {
      Recovery<Long> recovery =
          new Recovery<>(
              actor,
              on,
              KeyFormat.of(Long.class),
              (key, from) -> {
                if (stepped != null) {
                  stepped.pass(actor, "read");
                }
                String value = source.get(key);
                if (stepped != null) {
                  stepped.pass(actor, "write " + value);
                }
                target.put(key, value);
              },
              TAKE_OVER);
      try (SecondaryStore secondary =
          new SecondaryStore(
              actor,
              SecondarySettings.defaults().withTimeout(LIMIT),
              RetrySettings.defaults(),
              1,
              10)) {
        PhaseReader phases = new PhaseReader(() -> Phase.SOURCE_PRIMARY, KillSwitch.never());
        new CopyTask(actor, "1", phases, secondary, recovery, DualWriteMetrics.none(), result -> {})
            .run();
      }
    }
  }
}
