package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class KillSwitchMonitorTest {
  private final AtomicBoolean state = new AtomicBoolean();
  private final AtomicBoolean broken = new AtomicBoolean();
  private final List<Boolean> changes = new CopyOnWriteArrayList<>();
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(KillSwitchMonitor.class);

  private final KillSwitch source =
      KillSwitch.of(
          () -> {
            if (broken.get()) {
              throw new IllegalStateException("no answer");
            }
            return state.get();
          });

  @BeforeEach
  void listen() {
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    logged.start();
    logger.addAppender(logged);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(logged);
    logger.setLevel(null);
  }

  @Test
  void followsAFile(@TempDir Path dir) throws Exception {
    Path file = dir.resolve("off");
    try (KillSwitchMonitor monitor =
        KillSwitchMonitor.builder(KillSwitch.file(file))
            .interval(Duration.ofMillis(5))
            .listener(changes::add)
            .start()) {
      assertThat(monitor.engaged()).isFalse();
      Files.createFile(file);
      await().until(monitor::engaged);
      Files.delete(file);
      await().until(() -> !monitor.engaged());
      await().untilAsserted(() -> assertThat(changes).containsExactly(true, false));
    }
  }

  @Test
  void answersFromMemory() {
    try (KillSwitchMonitor monitor = slow(source)) {
      state.set(true);
      assertThat(monitor.engaged()).isFalse();
      monitor.refresh();
      assertThat(monitor.engaged()).isTrue();
    }
  }

  @Test
  void sourceThatThrowsKeepsItsLastStateAndIsLoggedOnce() {
    state.set(true);
    try (KillSwitchMonitor monitor = slow(source)) {
      logged.list.clear();
      broken.set(true);
      monitor.refresh();
      monitor.refresh();
      assertThat(monitor.engaged()).isTrue();
      assertThat(monitor.failures()).hasSize(1).containsKey(source.toString());
      assertThat(logged.list).hasSize(1);
      assertThat(logged.list.get(0).getFormattedMessage())
          .startsWith("Kill switch cannot be read, stays engaged: supplier ");
      broken.set(false);
      state.set(false);
      monitor.refresh();
      assertThat(monitor.engaged()).isFalse();
      assertThat(monitor.failures()).isEmpty();
      assertThat(logged.list).hasSize(3);
      assertThat(logged.list.get(1).getFormattedMessage())
          .startsWith("Kill switch can be read again");
    }
  }

  @Test
  void unreadableAtStartIsAnErrorUnlessAStateIsAssumed() {
    broken.set(true);
    assertThatThrownBy(() -> slow(source))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("Kill switch cannot be read at start: supplier ");
    for (boolean assumed : List.of(true, false)) {
      try (KillSwitchMonitor monitor =
          KillSwitchMonitor.builder(source).assumeAtStart(assumed).start()) {
        assertThat(monitor.engaged()).isEqualTo(assumed);
        assertThat(monitor.failures()).hasSize(1);
      }
    }
  }

  @Test
  void sourceThatHangsDoesNotHideAnother() throws Exception {
    CountDownLatch hangs = new CountDownLatch(1);
    AtomicBoolean hang = new AtomicBoolean();
    KillSwitch hanging =
        KillSwitch.of(
            () -> {
              if (hang.get()) {
                awaitUninterruptibly(hangs);
              }
              return false;
            });
    try (KillSwitchMonitor monitor =
        KillSwitchMonitor.builder(KillSwitch.anyOf(hanging, KillSwitch.anyOf(source)))
            .interval(Duration.ofMillis(5))
            .start()) {
      hang.set(true);
      state.set(true);
      await().until(monitor::engaged);
      hangs.countDown();
    }
  }

  @Test
  void aReadingThatClosingCutsOffIsNoError() throws Exception {
    AtomicBoolean hang = new AtomicBoolean();
    AtomicReference<Thread> reading = new AtomicReference<>();
    KillSwitch hanging =
        KillSwitch.of(
            () -> {
              if (hang.get()) {
                reading.set(Thread.currentThread());
                try {
                  new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException("cut off", e);
                }
              }
              return false;
            });
    try (KillSwitchMonitor monitor =
        KillSwitchMonitor.builder(hanging).interval(Duration.ofMillis(5)).start()) {
      assertThat(monitor.engaged()).isFalse();
      hang.set(true);
      await().until(() -> reading.get() != null);
    }
    reading.get().join();
    assertThat(logged.list).isEmpty();
  }

  @Test
  void manualSwitchIsFollowedAtOnceAndNoLongerAfterClose() {
    ManualKillSwitch manual = KillSwitch.manual();
    KillSwitchMonitor monitor =
        KillSwitchMonitor.builder(manual)
            .interval(Duration.ofHours(1))
            .listener(changes::add)
            .start();
    manual.engage();
    assertThat(monitor.engaged()).isTrue();
    manual.engage();
    manual.release();
    assertThat(changes).containsExactly(true, false);
    monitor.close();
    manual.engage();
    assertThat(monitor.engaged()).isFalse();
  }

  @Test
  void listenersAreCalledOutsideOfLocksAndOneFailureDoesNotStopTheNext() throws Exception {
    ManualKillSwitch manual = KillSwitch.manual();
    try (KillSwitchMonitor monitor = slow(manual)) {
      monitor.addListener(
          engaged -> {
            throw new IllegalStateException("listener");
          });
      monitor.addListener(
          engaged -> {
            Thread other = new Thread(monitor::refresh);
            other.start();
            join(other);
            changes.add(engaged);
          });
      manual.engage();
      assertThat(changes).containsExactly(true);
    }
  }

  @Test
  void usesTheExecutorGivenAndLeavesItRunning() {
    ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
    try {
      KillSwitchMonitor monitor =
          KillSwitchMonitor.builder(source)
              .executor(executor)
              .interval(Duration.ofMillis(5))
              .start();
      state.set(true);
      await().until(monitor::engaged);
      monitor.close();
      assertThat(executor.isShutdown()).isFalse();
      state.set(false);
      await().until(() -> executor.getActiveCount() == 0);
      assertThat(monitor.engaged()).isTrue();
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void intervalIsChecked() {
    assertThatThrownBy(() -> KillSwitchMonitor.builder(source).interval(Duration.ZERO))
        .hasMessage("kill-switch.poll-interval must be longer than zero, was 0ms");
  }

  private static KillSwitchMonitor slow(KillSwitch killSwitch) {
    return KillSwitchMonitor.builder(killSwitch).interval(Duration.ofHours(1)).start();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    assertThat(thread.isAlive()).isFalse();
  }
}
