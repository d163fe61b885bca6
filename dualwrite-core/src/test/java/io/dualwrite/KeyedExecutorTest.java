package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeyedExecutorTest {
  private final List<KeyedExecutor> open = new ArrayList<>();
  private final AtomicInteger refused = new AtomicInteger();

  @AfterEach
  void close() {
    open.forEach(KeyedExecutor::close);
  }

  @Test
  void tasksOfOneKeyRunInOrderAndOneAtATime() {
    KeyedExecutor executor = executor(4, 10_000);
    Random random = new Random(7);
    Map<Integer, List<Integer>> ran = new ConcurrentHashMap<>();
    Map<Integer, AtomicInteger> running = new ConcurrentHashMap<>();
    AtomicInteger together = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    for (int i = 0; i < 5000; i++) {
      int key = random.nextInt(20);
      int number = i;
      boolean taken =
          executor.offer(
              key,
              task(
                  () -> {
                    AtomicInteger now = running.computeIfAbsent(key, k -> new AtomicInteger());
                    if (now.incrementAndGet() > 1) {
                      together.incrementAndGet();
                    }
                    ran.computeIfAbsent(key, k -> new CopyOnWriteArrayList<>()).add(number);
                    now.decrementAndGet();
                    done.incrementAndGet();
                  }));
      assertThat(taken).isTrue();
    }
    await().until(() -> done.get() == 5000);
    assertThat(together).hasValue(0);
    ran.values().forEach(numbers -> assertThat(numbers).isSorted());
  }

  @Test
  void refusesWhatHasNoRoomAndTakesAgainWhenThereIs() {
    KeyedExecutor executor = executor(1, 2);
    CountDownLatch go = new CountDownLatch(1);
    assertThat(executor.offer("a", task(() -> Store.awaitOrFail(go)))).isTrue();
    assertThat(executor.offer("b", task(() -> {}))).isTrue();
    assertThat(executor.offer("b", task(() -> {}))).isFalse();
    go.countDown();
    await().until(() -> executor.offer("c", task(() -> {})));
  }

  @Test
  void closeRunsWhatWaitsAndThenRefuses() {
    KeyedExecutor executor = executor(1, 100);
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < 50; i++) {
      executor.offer(i % 3, task(ran::incrementAndGet));
    }
    executor.close();
    assertThat(ran).hasValue(50);
    assertThat(executor.offer("a", task(() -> {}))).isFalse();
    assertThat(refused).hasValue(0);
  }

  @Test
  void closeTellsWhatItDidNotComeTo() {
    KeyedExecutor executor = new KeyedExecutor("test", 1, 100, Duration.ofMillis(10));
    CountDownLatch never = new CountDownLatch(1);
    executor.offer("a", task(() -> Store.awaitOrFail(never)));
    executor.offer("b", task(() -> {}));
    executor.offer("b", task(() -> {}));
    executor.close();
    assertThat(refused).hasValue(2);
  }

  private KeyedExecutor executor(int threads, int room) {
    KeyedExecutor executor = new KeyedExecutor("test", threads, room, Duration.ofSeconds(5));
    open.add(executor);
    return executor;
  }

  private KeyedExecutor.Task task(Runnable work) {
    return new KeyedExecutor.Task() {
      @Override
      public void run() {
        work.run();
      }

      @Override
      public void refused() {
        refused.incrementAndGet();
      }
    };
  }
}
