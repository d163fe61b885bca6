package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;

import io.dualwrite.journal.InMemoryJournal;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.JournalEntry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Interleavings of writes and copies of one key, each forced with latches. */
class DualWriterOrderTest extends WriterFixture {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stopThreads() {
    threads.shutdownNow();
  }

  /** The primary takes first then second; the secondary is handed second then first. */
  @Test
  void writesThatOverlapOnThePrimaryEndAsThePrimaryHasThem() throws Exception {
    DualWriter writer = open(journaled(FailurePolicy.RECOVER));
    CountDownLatch firstStored = new CountDownLatch(1);
    CountDownLatch secondOnTarget = new CountDownLatch(1);
    source.after(
        (key, value) -> {
          if (value.equals("first")) {
            firstStored.countDown();
            Store.awaitOrFail(secondOnTarget);
          }
        });
    target.after(
        (key, value) -> {
          if (value.equals("second")) {
            secondOnTarget.countDown();
          }
        });
    Future<String> first = threads.submit(() -> save(writer, 1, "first"));
    Store.awaitOrFail(firstStored);
    save(writer, 1, "second");
    first.get();
    assertThat(source.rows).containsEntry(1L, "second");
    assertThat(writer.awaitDelivered(LONG)).isTrue();
    assertThat(target.rows).containsEntry(1L, "second");
    assertThat(missed).isEmpty();
  }

  @Test
  void withoutACopierAnUnknownOrderIsTold() throws Exception {
    DualWriter writer = open(plain(FailurePolicy.BEST_EFFORT));
    CountDownLatch inFirst = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    source.before(
        (key, value) -> {
          if (value.equals("first")) {
            inFirst.countDown();
            Store.awaitOrFail(go);
          }
        });
    Future<String> first = threads.submit(() -> save(writer, 1, "first"));
    Store.awaitOrFail(inFirst);
    save(writer, 1, "second");
    save(writer, 2, "other key");
    go.countDown();
    first.get();
    await()
        .untilAsserted(
            () -> assertThat(missed).containsExactly("save 1 OVERLAP", "save 1 OVERLAP"));
    assertThat(failures("overlap")).isEqualTo(2);
  }

  @Test
  void writesOneAfterTheOtherReachTheSecondaryInOrderWithoutACopy() throws Exception {
    DualWriter writer = open(journaled(FailurePolicy.RECOVER));
    CountDownLatch go = new CountDownLatch(1);
    target.before((key, value) -> Store.awaitOrFail(go));
    for (int i = 0; i < 20; i++) {
      save(writer, 1, "value " + i);
    }
    go.countDown();
    assertThat(writer.awaitDelivered(LONG)).isTrue();
    assertThat(target.rows).containsEntry(1L, "value 19");
    assertThat(target.calls).as("every write, and no copy").hasValue(20);
  }

  /** A key that hangs holds up its own later writes and no other key. */
  @Test
  void keyThatHangsDelaysNoOther() throws Exception {
    DualWriter writer = open(journaled(FailurePolicy.RECOVER));
    CountDownLatch go = new CountDownLatch(1);
    target.before(
        (key, value) -> {
          if (key == 1) {
            Store.awaitOrFail(go);
          }
        });
    save(writer, 1, "a");
    for (long key = 2; key < 50; key++) {
      save(writer, key, "a");
    }
    await().until(() -> target.rows.size() == 48);
    go.countDown();
    assertThat(writer.awaitDelivered(LONG)).isTrue();
  }

  /**
   * The copier has read the old state; a live write passes it on both sides; then the copier
   * writes.
   */
  @Test
  void liveWriteDuringACopyIsNotLost() throws Exception {
    CountDownLatch hasRead = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger copies = new AtomicInteger();
    // Two processes: in one, the copies of a key and its live writes would take turns anyway.
    DualWriter copying =
        open(
            journaled(FailurePolicy.RECOVER)
                .copier(
                    Long.class,
                    (key, from) -> {
                      String value = source.rows.get(key);
                      if (copies.getAndIncrement() == 0) {
                        hasRead.countDown();
                        Store.awaitOrFail(go);
                      }
                      target.rows.put(key, value);
                    }));
    Journal copiesNothing = mock(Journal.class, delegatesTo(journal));
    doReturn(List.of()).when(copiesNothing).pending(anyLong(), anyInt(), any());
    DualWriter writing =
        open(journaled(FailurePolicy.RECOVER, copiesNothing).delivery(Delivery.SYNC));
    source.rows.put(1L, "old");
    journal.leave(journal.add("1", Side.SOURCE));
    Store.awaitOrFail(hasRead);
    save(writing, 1, "new");
    assertThat(target.rows).containsEntry(1L, "new");
    go.countDown();
    assertThat(copying.awaitDelivered(LONG)).isTrue();
    assertThat(target.rows).containsEntry(1L, "new");
    assertThat(copies.get()).as("copied again").isGreaterThan(1);
  }

  /** As above, but the live write has not ended yet when the copy has. */
  @Test
  void copyThatEndsInsideALiveWriteLeavesTheKeyDue() throws Exception {
    CountDownLatch onTarget = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    DualWriter writing = open(journaled(FailurePolicy.RECOVER));
    target.before(
        (key, value) -> {
          if (value.equals("live")) {
            onTarget.countDown();
            Store.awaitOrFail(go);
          }
        });
    save(writing, 1, "live");
    Store.awaitOrFail(onTarget);
    journal.leave(journal.add("1", Side.SOURCE));
    AtomicInteger copies = new AtomicInteger();
    DualWriter copying =
        open(
            journaled(FailurePolicy.RECOVER)
                .copier(
                    Long.class,
                    (key, from) -> {
                      copies.incrementAndGet();
                      target.rows.put(key, source.rows.get(key));
                    }));
    assertThat(copying.awaitDelivered(Duration.ofMillis(100))).isFalse();
    assertThat(copies).as("somebody is at work on the key").hasValue(0);
    go.countDown();
    assertThat(copying.awaitDelivered(LONG)).isTrue();
    assertThat(target.rows).containsEntry(1L, "live");
  }

  /** A secondary call that outlives its time limit lands after everything else. */
  @Test
  void lateAnswerOfTheSecondaryIsSettled() throws Exception {
    DualWriter writer =
        open(
            journaled(FailurePolicy.RECOVER)
                .secondary(SecondarySettings.defaults().withTimeout(Duration.ofMillis(30))));
    CountDownLatch go = new CountDownLatch(1);
    target.before(
        (key, value) -> {
          if (value.equals("late")) {
            Store.awaitStubbornly(go);
          }
        });
    save(writer, 1, "late");
    await().until(() -> failures("timeout") >= 1);
    save(writer, 1, "newer");
    go.countDown();
    assertThat(writer.awaitDelivered(LONG)).isTrue();
    assertThat(target.rows).containsEntry(1L, "newer");
  }

  /**
   * A process stops between its journal entry and its write for longer than the take-over age, then
   * goes on.
   */
  @Test
  void writeThatWasTakenOverWhileItsProcessSleptIsCopiedAgain() throws Exception {
    MutableClock clock = new MutableClock();
    InMemoryJournal shared = new InMemoryJournal(100, clock);
    CountDownLatch asleep = new CountDownLatch(1);
    CountDownLatch awake = new CountDownLatch(1);
    source.rows.put(1L, "old");
    source.before(
        (key, value) -> {
          asleep.countDown();
          Store.awaitOrFail(awake);
        });
    DualWriter sleeping = open(journaled(FailurePolicy.RECOVER, shared).replayInterval(LONG));
    target.fail(() -> new IllegalStateException("down"));
    Future<String> write = threads.submit(() -> save(sleeping, 1, "new"));
    Store.awaitOrFail(asleep);
    clock.advance(Duration.ofMinutes(2));

    AtomicInteger copies = new AtomicInteger();
    DualWriter other =
        open(
            journaled(FailurePolicy.RECOVER, shared)
                .copier(
                    Long.class,
                    (key, from) -> {
                      target.rows.put(key, source.rows.get(key));
                      copies.incrementAndGet();
                    }));
    assertThat(other.awaitDelivered(LONG)).isTrue();
    assertThat(copies).hasValue(1);
    assertThat(target.rows).containsEntry(1L, "old");

    awake.countDown();
    write.get();
    assertThat(sleeping.awaitDelivered(LONG)).isTrue();
    assertThat(target.rows).containsEntry(1L, "new");
  }

  @Test
  void entriesOfOneKeyDoNotPileUp() throws Exception {
    AtomicInteger copies = new AtomicInteger();
    DualWriter writer =
        open(
            journaled(FailurePolicy.RECOVER)
                .copier(
                    Long.class,
                    (key, from) -> {
                      // Another process's write comes to the key during each of the first copies.
                      if (copies.incrementAndGet() <= 5) {
                        journal.leave(journal.add("1", Side.SOURCE));
                      }
                      target.rows.put(key, "x");
                      assertThat(journal.entriesOf("1")).hasSizeLessThanOrEqualTo(4);
                    }));
    JournalEntry first = journal.add("1", Side.SOURCE);
    journal.leave(first);
    assertThat(writer.awaitDelivered(LONG)).isTrue();
    assertThat(copies).hasValue(6);
  }
}
