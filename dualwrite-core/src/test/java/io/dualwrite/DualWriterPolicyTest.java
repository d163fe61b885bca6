package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.dualwrite.journal.InMemoryJournal;
import io.dualwrite.journal.JournalFullException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class DualWriterPolicyTest extends WriterFixture {
  private static final SecondarySettings SHORT =
      SecondarySettings.defaults().withTimeout(Duration.ofMillis(50));

  static Stream<Arguments> policies() {
    return Stream.of(FailurePolicy.values())
        .flatMap(
            policy ->
                Stream.of(Delivery.values())
                    .flatMap(
                        delivery ->
                            Stream.of(Phase.SOURCE_PRIMARY, Phase.TARGET_PRIMARY)
                                .map(phase -> Arguments.of(policy, delivery, phase))));
  }

  @ParameterizedTest
  @MethodSource("policies")
  void bothStoresGetTheWriteAndThePrimaryAnswers(FailurePolicy policy, Delivery delivery, Phase in)
      throws Exception {
    phase.set(in);
    DualWriter writer = open(journaled(policy).delivery(delivery));
    String answer =
        writer.write("save", 1L, () -> "s" + source.put(1, "a"), () -> "t" + target.put(1, "a"));
    assertThat(answer).isEqualTo(in == Phase.SOURCE_PRIMARY ? "sa" : "ta");
    assertThat(writer.awaitDelivered(Duration.ofSeconds(60))).isTrue();
    assertThat(source.rows).containsEntry(1L, "a").isEqualTo(target.rows);
    assertThat(source.calls.get() + target.calls.get()).as("no copy was needed").isEqualTo(2);
    assertThat(writes(in.primary(), "success")).isEqualTo(1);
    assertThat(writes(in.secondary(), "success")).isEqualTo(1);
    assertThat(missed).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("policies")
  void primarysFailureIsTheApplicationsAndTheSecondaryIsNotCalled(
      FailurePolicy policy, Delivery delivery, Phase in) {
    phase.set(in);
    DualWriter writer = open(plainOrJournaled(policy).delivery(delivery));
    IOException own = new IOException("disk");
    AtomicInteger secondaryCalls = new AtomicInteger();
    StoreCall<String, IOException> failing =
        () -> {
          throw own;
        };
    StoreCall<String, IOException> other = () -> "" + secondaryCalls.incrementAndGet();
    boolean fromSource = in == Phase.SOURCE_PRIMARY;
    assertThatThrownBy(
            () ->
                writer.write(
                    "save", 1L, fromSource ? failing : other, fromSource ? other : failing))
        .isSameAs(own)
        .hasNoSuppressedExceptions();
    assertThat(secondaryCalls).hasValue(0);
    assertThat(writes(in.primary(), "failure")).isEqualTo(1);
    assertThat(missed).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Delivery.class)
  void recoverBringsTheKeyOverWhenTheSecondaryIsBack(Delivery delivery) throws Exception {
    DualWriter writer = open(journaled(FailurePolicy.RECOVER).delivery(delivery));
    target.fail(() -> new IllegalStateException("down"));
    assertThat(save(writer, 1, "a")).isEqualTo("a");
    await().until(() -> failures("error") == 1);
    assertThat(journal.size()).isPositive();
    assertThat(target.rows).isEmpty();
    target.heal();
    assertThat(writer.awaitDelivered(Duration.ofSeconds(60))).isTrue();
    assertThat(target.rows).containsExactlyEntriesOf(source.rows);
    assertThat(missed).isEmpty();
    assertThat(registry.get("dualwrite.delivery.rows").tag("table", "orders").counter().count())
        .isEqualTo(1);
    assertThat(registry.get("dualwrite.delivery.lag").timer().count()).isEqualTo(1);
  }

  @Test
  void recoverCopiesAlsoWhatThePrimaryMayHaveDoneBeforeItFailed() throws Exception {
    DualWriter writer = open(journaled(FailurePolicy.RECOVER));
    source.after(
        (key, value) -> {
          throw new IllegalStateException("answer lost");
        });
    assertThatThrownBy(() -> save(writer, 1, "a")).hasMessage("answer lost");
    assertThat(writer.awaitDelivered(Duration.ofSeconds(60))).isTrue();
    assertThat(target.rows).containsEntry(1L, "a");
  }

  @Test
  void recoverTakesOverWhatADeadProcessLeft() throws Exception {
    // As after a crash between the primary's write and the secondary's.
    source.rows.put(7L, "a");
    journal.add("7", Side.SOURCE);
    DualWriter writer =
        open(
            journaled(FailurePolicy.RECOVER).secondary(SHORT).takeOverAfter(Duration.ofMillis(60)));
    assertThat(writer.awaitDelivered(Duration.ofSeconds(60))).isTrue();
    assertThat(target.rows).containsEntry(7L, "a");
  }

  @Test
  void asyncReturnsBeforeTheSecondaryIsCalled() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    DualWriter writer = open(journaled(FailurePolicy.RECOVER));
    target.before((key, value) -> Store.awaitOrFail(go));
    assertThat(save(writer, 1, "a")).isEqualTo("a");
    assertThat(target.rows).isEmpty();
    go.countDown();
    assertThat(writer.awaitDelivered(Duration.ofSeconds(60))).isTrue();
    assertThat(target.rows).containsEntry(1L, "a");
  }

  @Test
  void syncWaitsForTheSecondaryButNoLongerThanItsTimeLimit() throws Exception {
    SecondarySettings patient = SecondarySettings.defaults().withTimeout(Duration.ofSeconds(30));
    save(open(journaled(FailurePolicy.RECOVER).delivery(Delivery.SYNC).secondary(patient)), 1, "a");
    assertThat(target.rows).containsEntry(1L, "a");

    DualWriter writer =
        open(journaled(FailurePolicy.RECOVER).delivery(Delivery.SYNC).secondary(SHORT));
    CountDownLatch never = new CountDownLatch(1);
    target.before((key, value) -> Store.awaitOrFail(never));
    long started = System.nanoTime();
    assertThat(save(writer, 2, "b")).isEqualTo("b");
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
    await().until(() -> failures("timeout") >= 1);
    target.before((key, value) -> {});
    assertThat(writer.awaitDelivered(Duration.ofSeconds(60))).isTrue();
    assertThat(target.rows).containsEntry(2L, "b");
  }

  @Test
  void interruptEndsTheWaitingUnderSyncAndIsKept() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    DualWriter writer = open(journaled(FailurePolicy.RECOVER).delivery(Delivery.SYNC));
    target.before((key, value) -> Store.awaitOrFail(go));
    Thread.currentThread().interrupt();
    assertThat(save(writer, 1, "a")).isEqualTo("a");
    assertThat(Thread.interrupted()).isTrue();
    go.countDown();
    assertThat(writer.awaitDelivered(Duration.ofSeconds(60))).isTrue();
    assertThat(target.rows).containsEntry(1L, "a");
  }

  @Test
  void bestEffortCountsAndTells() {
    DualWriter writer = open(plain(FailurePolicy.BEST_EFFORT));
    target.fail(() -> new IllegalStateException("down"));
    assertThat(save(writer, 1, "a")).isEqualTo("a");
    await().untilAsserted(() -> assertThat(missed).containsExactly("save 1 ERROR"));
    assertThat(failures("error")).isEqualTo(1);
    assertThat(writes(Side.TARGET, "failure")).isEqualTo(1);
  }

  @Test
  void bestEffortWithACopierTriesAgainFromMemory() throws Exception {
    DualWriter writer =
        open(plain(FailurePolicy.BEST_EFFORT).copier(Long.class, Store.copier(source, target)));
    target.fail(() -> new IllegalStateException("down"));
    save(writer, 1, "a");
    await().until(() -> failures("error") == 1);
    target.heal();
    assertThat(writer.awaitDelivered(Duration.ofSeconds(60))).isTrue();
    assertThat(target.rows).containsEntry(1L, "a");
    assertThat(missed).isEmpty();
  }

  @Test
  void strictReportsTheSecondarysFailure() {
    DualWriter writer = open(plain(FailurePolicy.STRICT));
    IllegalStateException down = new IllegalStateException("password=secret");
    target.fail(() -> down);
    SecondaryWriteException thrown =
        catchThrowableOfType(SecondaryWriteException.class, () -> save(writer, 1, "a"));
    assertThat(thrown)
        .hasCause(down)
        .hasMessage(
            "orders: \"save\" of key 1: the target did not take the write"
                + " (java.lang.IllegalStateException); the source has it");
    assertThat(thrown.secondary()).isEqualTo(Side.TARGET);
    assertThat(thrown.operation()).isEqualTo("save");
    assertThat(thrown.key()).isEqualTo(1L);
    assertThat(thrown.reason()).isEqualTo(FailureReason.ERROR);
    assertThat(thrown.primaryWritten()).isTrue();
    assertThat(source.rows).containsEntry(1L, "a");
  }

  @Test
  void strictTakesTheWriteBack() {
    List<Compensation.FailedWrite> undone = new CopyOnWriteArrayList<>();
    DualWriter writer =
        open(
            plain(FailurePolicy.STRICT)
                .compensation(
                    write -> {
                      undone.add(write);
                      source.rows.remove(write.key());
                    }));
    target.fail(() -> new IllegalStateException("down"));
    SecondaryWriteException thrown =
        catchThrowableOfType(SecondaryWriteException.class, () -> save(writer, 1, "a"));
    assertThat(thrown).hasMessageEndingWith("it was taken back from the source");
    assertThat(thrown.primaryWritten()).isFalse();
    assertThat(source.rows).isEmpty();
    assertThat(undone)
        .containsExactly(
            new Compensation.FailedWrite("save", 1L, Side.SOURCE, "a", FailureReason.ERROR));
    assertThat(undone.get(0)).hasToString("save of key 1 on the source (error)");
  }

  @Test
  void strictPrefersTheCallsOwnCompensationAndSuppressesItsFailure() {
    IllegalStateException cannot = new IllegalStateException("cannot");
    DualWriter writer =
        open(plain(FailurePolicy.STRICT).compensation(write -> source.rows.clear()));
    target.fail(() -> new IllegalStateException("down"));
    SecondaryWriteException thrown =
        catchThrowableOfType(
            SecondaryWriteException.class,
            () ->
                writer.write(
                    "save",
                    1L,
                    () -> source.put(1, "a"),
                    () -> target.put(1, "a"),
                    write -> {
                      throw cannot;
                    }));
    assertThat(thrown)
        .hasMessageEndingWith("the compensation failed, so the source may have it")
        .hasSuppressedException(cannot);
    assertThat(thrown.primaryWritten()).isTrue();
    assertThat(source.rows).containsEntry(1L, "a");
  }

  @Test
  void strictDoesNotWaitLongerThanTheTimeLimit() {
    DualWriter writer = open(plain(FailurePolicy.STRICT).secondary(SHORT));
    CountDownLatch never = new CountDownLatch(1);
    target.before((key, value) -> Store.awaitOrFail(never));
    SecondaryWriteException thrown =
        catchThrowableOfType(SecondaryWriteException.class, () -> save(writer, 1, "a"));
    assertThat(thrown.reason()).isEqualTo(FailureReason.TIMEOUT);
    assertThat(thrown).hasMessageContaining("(timeout)").hasNoCause();
    assertThat(failures("timeout")).isEqualTo(1);
  }

  @Test
  void strictTellsOfAnInterruptAfterTakingTheWriteBack() {
    AtomicInteger interruptedInUndo = new AtomicInteger();
    DualWriter writer =
        open(
            plain(FailurePolicy.STRICT)
                .compensation(
                    write -> {
                      interruptedInUndo.set(Thread.currentThread().isInterrupted() ? 1 : 2);
                      source.rows.remove(write.key());
                    }));
    CountDownLatch never = new CountDownLatch(1);
    target.before((key, value) -> Store.awaitOrFail(never));
    Thread.currentThread().interrupt();
    Throwable thrown = catchThrowable(() -> save(writer, 1, "a"));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(((SecondaryWriteException) thrown).reason()).isEqualTo(FailureReason.INTERRUPTED);
    assertThat(interruptedInUndo).hasValue(2);
    assertThat(source.rows).isEmpty();
  }

  @Test
  void strictWithAJournalSettlesWhatALateAnswerLeft() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    DualWriter writer =
        open(
            journaled(FailurePolicy.STRICT)
                .secondary(SHORT)
                .compensation(write -> source.rows.remove(write.key())));
    target.before((key, value) -> Store.awaitStubbornly(go));
    assertThatThrownBy(() -> save(writer, 1, "a")).hasMessageContaining("taken back");
    assertThat(source.rows).isEmpty();
    // The write that the application was told had failed lands on the target after all.
    go.countDown();
    assertThat(writer.awaitDelivered(Duration.ofSeconds(60))).isTrue();
    assertThat(target.rows).isEmpty();
  }

  @Test
  void strictDoesNotTouchThePrimaryWhileTheBreakerIsOpen() {
    CircuitBreakerSettings breaker = new CircuitBreakerSettings(50, 2, Duration.ofHours(1));
    DualWriter writer =
        open(
            plain(FailurePolicy.STRICT)
                .secondary(SecondarySettings.defaults().withCircuitBreaker(breaker)));
    target.fail(() -> new IllegalStateException("down"));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> save(writer, 1, "a")).isInstanceOf(SecondaryWriteException.class);
    }
    int calls = source.calls.get();
    assertThatThrownBy(() -> save(writer, 1, "b"))
        .isInstanceOf(SecondaryWriteException.class)
        .hasMessageContaining("(circuit open); nothing was written");
    assertThat(source.calls).hasValue(calls);
    assertThat(failures("circuit_open")).isEqualTo(1);
  }

  @Test
  void strictWritesNothingIfTheJournalCannotRecordIt() {
    InMemoryJournal full = new InMemoryJournal(1);
    full.add("0", Side.SOURCE);
    DualWriter writer = open(journaled(FailurePolicy.STRICT, full));
    assertThatThrownBy(() -> save(writer, 1, "a"))
        .isInstanceOf(JournalWriteException.class)
        .hasMessage(
            "orders: \"save\" of key 1: the journal could not record it; nothing was written")
        .hasCauseInstanceOf(JournalFullException.class);
    assertThat(source.rows).isEmpty();
    assertThat(target.rows).isEmpty();
  }

  @Test
  void recoverGoesOnWithoutAJournalAndTells() {
    InMemoryJournal full = new InMemoryJournal(1);
    full.add("0", Side.SOURCE);
    DualWriter writer = open(journaled(FailurePolicy.RECOVER, full).delivery(Delivery.SYNC));
    assertThat(save(writer, 1, "a")).isEqualTo("a");
    assertThat(target.rows).containsEntry(1L, "a");
    await().untilAsserted(() -> assertThat(missed).containsExactly("save 1 JOURNAL"));
    assertThat(failures("journal")).isEqualTo(1);
  }

  @Test
  void openBreakerLeavesTheSecondaryAloneUntilItIsTimeToTryAgain() throws Exception {
    CircuitBreakerSettings breaker = new CircuitBreakerSettings(50, 2, Duration.ofMillis(200));
    DualWriter writer =
        open(
            journaled(FailurePolicy.RECOVER)
                .delivery(Delivery.SYNC)
                .secondary(SecondarySettings.defaults().withCircuitBreaker(breaker)));
    target.fail(() -> new IllegalStateException("down"));
    await()
        .until(
            () -> {
              save(writer, 1, "a");
              return failures("circuit_open") > 0;
            });
    assertThat(writes(Side.TARGET, "deferred")).isPositive();
    target.heal();
    assertThat(writer.awaitDelivered(Duration.ofSeconds(60))).isTrue();
    assertThat(target.rows).isEqualTo(source.rows);
  }

  @Test
  void tooManyWaitingWritesAreLeftToTheJournal() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    DualWriter writer = open(journaled(FailurePolicy.RECOVER).secondaryCalls(1, 2));
    target.before((key, value) -> Store.awaitOrFail(go));
    for (long key = 0; key < 5; key++) {
      save(writer, key, "a");
    }
    assertThat(failures("overloaded")).isEqualTo(3);
    go.countDown();
    assertThat(writer.awaitDelivered(Duration.ofSeconds(60))).isTrue();
    assertThat(target.rows).isEqualTo(source.rows).hasSize(5);
  }

  @Test
  void liveWritesAreRepeatedIfToldSo() throws Exception {
    DualWriter writer =
        open(
            plain(FailurePolicy.STRICT)
                .retry(new RetrySettings(3, Duration.ofMillis(1), Duration.ofMillis(2))));
    AtomicInteger failuresLeft = new AtomicInteger(2);
    target.before(
        (key, value) -> {
          if (failuresLeft.getAndDecrement() > 0) {
            throw new IllegalStateException("deadlock");
          }
        });
    assertThat(save(writer, 1, "a")).isEqualTo("a");
    assertThat(target.rows).containsEntry(1L, "a");
    assertThat(failures("error")).isZero();
  }

  @Test
  void keyThatCannotBeCopiedDoesNotHoldUpTheRest() throws Exception {
    DualWriter writer =
        open(
            journaled(FailurePolicy.RECOVER)
                .secondary(
                    SecondarySettings.defaults()
                        .withCircuitBreaker(
                            new CircuitBreakerSettings(100, 1000, Duration.ofMillis(1))))
                .copier(
                    Long.class,
                    (key, from) -> {
                      if (key == 1) {
                        throw new IllegalStateException("check constraint");
                      }
                      Store.copier(source, target).copy(key, from);
                    }));
    target.fail(() -> new IllegalStateException("down"));
    for (long key = 0; key < 10; key++) {
      save(writer, key, "a");
    }
    await().until(() -> failures("error") == 10);
    target.heal();
    await().until(() -> target.rows.size() == 9);
    assertThat(journal.size()).isPositive();
    assertThat(target.rows).doesNotContainKey(1L);
  }

  @Test
  void callsWithoutAnAnswerAndNullAnswers() throws Exception {
    DualWriter writer = open(journaled(FailurePolicy.RECOVER).delivery(Delivery.SYNC));
    source.rows.put(1L, "a");
    target.rows.put(1L, "a");
    writer.write("clear", 1L, () -> source.rows.clear(), () -> target.rows.clear());
    assertThat(source.rows).isEmpty();
    assertThat(target.rows).isEmpty();
    String none = writer.write("save", 1L, () -> source.get(1), () -> target.get(1));
    assertThat(none).isNull();
  }

  @Test
  void keyOfAnotherTypeIsRefusedBeforeAnythingIsWritten() {
    DualWriter writer = open(journaled(FailurePolicy.RECOVER));
    assertThatThrownBy(
            () -> writer.write("save", "one", () -> source.put(1, "a"), () -> target.put(1, "a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("orders: a key must be a java.lang.Long, was a java.lang.String");
    assertThat(source.rows).isEmpty();
  }

  @Test
  void withoutARegistryItDoesTheSame() throws Exception {
    DualWriter writer = open(journaled(FailurePolicy.RECOVER).meterRegistry(null));
    save(writer, 1, "a");
    assertThat(writer.awaitDelivered(Duration.ofSeconds(60))).isTrue();
    assertThat(target.rows).containsEntry(1L, "a");
  }

  @Test
  void closeLetsWaitingWritesEnd() {
    DualWriter writer = open(plain(FailurePolicy.BEST_EFFORT));
    for (long key = 0; key < 50; key++) {
      save(writer, key, "a");
    }
    writer.close();
    assertThat(target.rows).hasSize(50);
    save(writer, 99, "a");
    assertThat(missed).containsExactly("save 99 OVERLOADED");
    assertThat(registry.find("dualwrite.phase").gauge()).isNull();
  }

  private DualWriterBuilder plainOrJournaled(FailurePolicy policy) {
    return policy == FailurePolicy.RECOVER ? journaled(policy) : plain(policy);
  }
}
