package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AttemptTest {
  private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1);
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final CountDownLatch go = new CountDownLatch(1);

  @AfterEach
  void stop() {
    clock.shutdownNow();
  }

  @Test
  void successAndFailure() {
    attempt(() -> "answer", Duration.ofSeconds(10)).run();
    attempt(
            () -> {
              throw new AssertionError("even errors");
            },
            Duration.ofSeconds(10))
        .run();
    assertThat(seen)
        .containsExactly("success", "ended true", "java.lang.AssertionError", "ended false");
  }

  @Test
  void timeLimitInterruptsAndTheInterruptDoesNotOutliveTheAttempt() throws Exception {
    Attempt attempt =
        attempt(
            () -> {
              go.await();
              return null;
            },
            Duration.ofMillis(10));
    attempt.run();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(seen).containsExactly("timeout", "ended false");
  }

  @Test
  void verdictStandsThoughTheCallEndsWellLater() throws Exception {
    Attempt attempt =
        attempt(
            () -> {
              Store.awaitStubbornly(go);
              return null;
            },
            Duration.ofMillis(10));
    Thread thread = new Thread(attempt::run);
    thread.start();
    assertThat(attempt.await(Duration.ofSeconds(10)).reason()).isEqualTo(FailureReason.TIMEOUT);
    assertThat(seen).containsExactly("timeout");
    go.countDown();
    thread.join();
    assertThat(seen).containsExactly("timeout", "ended true");
  }

  @Test
  void givenUpBeforeItBeganItNeverRuns() {
    Attempt attempt = attempt(() -> seen.add("ran"), Duration.ofSeconds(10));
    assertThat(attempt.await(Duration.ofMillis(1)).reason()).isEqualTo(FailureReason.TIMEOUT);
    attempt.run();
    assertThat(seen).containsExactly("timeout", "ended false");
  }

  @Test
  void interruptOfTheWaitingThreadGivesUp() {
    Attempt attempt = attempt(() -> "", Duration.ofSeconds(10));
    Thread.currentThread().interrupt();
    assertThat(attempt.await(Duration.ofSeconds(10)).reason()).isEqualTo(FailureReason.INTERRUPTED);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void watchingGivesUpOnTimeOnly() {
    Attempt attempt = attempt(() -> "", Duration.ofSeconds(10));
    Thread.currentThread().interrupt();
    attempt.watch(Duration.ofSeconds(10));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(seen).isEmpty();
    attempt.run();
    assertThat(seen).containsExactly("success", "ended true");
  }

  @Test
  void unwantedDoesNotRun() {
    new Attempt(() -> seen.add("ran"), () -> false, Duration.ofSeconds(1), clock, observer()).run();
    assertThat(seen).containsExactly("kill switch", "ended false");
  }

  @Test
  void refusedOnlyIfNotBegun() {
    Attempt attempt = attempt(() -> "", Duration.ofSeconds(10));
    attempt.run();
    attempt.refused();
    assertThat(seen).containsExactly("success", "ended true");
    await().until(() -> clock.getActiveCount() == 0);
  }

  private Attempt attempt(Callable<?> work, Duration limit) {
    return new Attempt(work, () -> true, limit, clock, observer());
  }

  private Attempt.Observer observer() {
    return new Attempt.Observer() {
      @Override
      public void decided(Verdict verdict) {
        seen.add(verdict.describe());
      }

      @Override
      public void ended(boolean succeeded) {
        seen.add("ended " + succeeded);
      }
    };
  }
}
