package io.dualwrite.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.Side;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every {@link Journal} does. A subclass says which journal. */
public abstract class JournalContract {
  /** So long that nothing is taken for a dead process's. */
  private static final Duration NEVER = Duration.ofDays(1);

  private static final Duration AT_ONCE = Duration.ZERO;

  private @Nullable Journal journal;

  /** An empty journal with room for at least 1,000 entries; called once per test. */
  protected abstract Journal emptyJournal() throws Exception;

  /** Opened at its first use, after whatever a subclass prepares before each test. */
  private Journal journal() throws Exception {
    if (journal == null) {
      journal = emptyJournal();
    }
    return journal;
  }

  @Test
  void isEmptyAtFirst() throws Exception {
    assertThat(journal().size()).isZero();
    assertThat(journal().oldestAge()).isEmpty();
    assertThat(journal().pending(0, 10, AT_ONCE)).isEmpty();
    assertThat(journal().entriesOf("a")).isEmpty();
  }

  @Test
  void entryBeingWorkedOnIsOfItsKeyButNotPending() throws Exception {
    JournalEntry entry = journal().add("a", Side.TARGET);
    assertThat(entry.key()).isEqualTo("a");
    assertThat(entry.primary()).isEqualTo(Side.TARGET);
    assertThat(entry.due()).isFalse();
    assertThat(ids(journal().entriesOf("a"))).containsExactly(entry.id());
    assertThat(journal().entriesOf("b")).isEmpty();
    assertThat(journal().pending(0, 10, NEVER)).isEmpty();
    assertThat(journal().size()).isEqualTo(1);
    assertThat(journal().oldestAge()).isPresent();
  }

  @Test
  void entryOfTheDeadIsPendingAfterAWhile() throws Exception {
    JournalEntry entry = journal().add("a", Side.SOURCE);
    assertThat(ids(journal().pending(0, 10, AT_ONCE))).containsExactly(entry.id());
  }

  @Test
  void settlingTheOnlyEntryOfAKeyRemovesIt() throws Exception {
    JournalEntry other = journal().add("b", Side.SOURCE);
    JournalEntry entry = journal().add("a", Side.SOURCE);
    assertThat(journal().settle(entry, Set.of())).isTrue();
    assertThat(journal().entriesOf("a")).isEmpty();
    assertThat(ids(journal().entriesOf("b"))).containsExactly(other.id());
  }

  @Test
  void settlingBesideAnotherEntryMakesItDue() throws Exception {
    JournalEntry first = journal().add("a", Side.SOURCE);
    JournalEntry second = journal().add("a", Side.SOURCE);
    assertThat(journal().settle(first, Set.of())).isFalse();
    assertThat(journal().settle(second, Set.of())).isFalse();
    assertThat(journal().entriesOf("a")).extracting(JournalEntry::due).containsExactly(true, true);
  }

  @Test
  void settlingPassesOverEntriesKnownToBeInOrder() throws Exception {
    JournalEntry first = journal().add("a", Side.SOURCE);
    JournalEntry second = journal().add("a", Side.SOURCE);
    assertThat(journal().settle(first, Set.of(first.id(), second.id(), -1L))).isTrue();
    assertThat(ids(journal().entriesOf("a"))).containsExactly(second.id());
  }

  @Test
  void leavingMakesAnEntryDue() throws Exception {
    JournalEntry entry = journal().add("a", Side.SOURCE);
    journal().leave(entry);
    assertThat(journal().pending(0, 10, NEVER))
        .singleElement()
        .satisfies(
            left -> {
              assertThat(left.id()).isEqualTo(entry.id());
              assertThat(left.due()).isTrue();
              assertThat(left.primary()).isEqualTo(Side.SOURCE);
            });
  }

  @Test
  void withdrawingRemovesAnEntry() throws Exception {
    journal().withdraw(journal().add("a", Side.SOURCE));
    assertThat(journal().size()).isZero();
  }

  @Test
  void takingOverGivesAnEntryAnotherIdentity() throws Exception {
    JournalEntry entry = journal().add("a", Side.TARGET);
    JournalEntry taken = journal().takeOver(entry).orElseThrow();
    assertThat(taken.id()).isGreaterThan(entry.id());
    assertThat(taken.due()).isTrue();
    assertThat(taken.primary()).isEqualTo(Side.TARGET);
    assertThat(ids(journal().entriesOf("a"))).containsExactly(taken.id());
    assertThat(journal().takeOver(entry)).as("only once").isEmpty();
    assertThat(journal().takeOver(taken)).as("due already").isEmpty();
  }

  @Test
  void whoeverIsTakenOverWhileAliveLeavesADueEntry() throws Exception {
    for (String how : List.of("settle", "leave", "withdraw")) {
      JournalEntry entry = journal().add(how, Side.SOURCE);
      journal().remove(List.of(journal().takeOver(entry).orElseThrow()));
      switch (how) {
        case "settle" -> assertThat(journal().settle(entry, Set.of())).isFalse();
        case "leave" -> journal().leave(entry);
        default -> journal().withdraw(entry);
      }
      assertThat(journal().entriesOf(how))
          .as(how)
          .singleElement()
          .satisfies(
              again -> {
                assertThat(again.due()).isTrue();
                assertThat(again.id()).isGreaterThan(entry.id());
              });
    }
  }

  @Test
  void removesByIdentityAlone() throws Exception {
    JournalEntry first = journal().add("a", Side.SOURCE);
    JournalEntry second = journal().add("a", Side.SOURCE);
    JournalEntry gone = journal().add("a", Side.SOURCE);
    journal().withdraw(gone);
    journal().remove(List.of(first, gone));
    assertThat(ids(journal().entriesOf("a"))).containsExactly(second.id());
    journal().remove(List.of());
    assertThat(journal().size()).isEqualTo(1);
  }

  @Test
  void pendingComesInOrderAndInPages() throws Exception {
    List<Long> all = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      JournalEntry entry = journal().add("key " + i % 3, Side.SOURCE);
      journal().leave(entry);
      all.add(entry.id());
    }
    List<JournalEntry> page = journal().pending(0, 4, NEVER);
    assertThat(ids(page)).isEqualTo(all.subList(0, 4));
    assertThat(ids(journal().pending(page.get(3).id(), 4, NEVER))).isEqualTo(all.subList(4, 7));
  }

  @Test
  void keysOfAnyTextAreKeptApart() throws Exception {
    for (String key : List.of("", "a", "A", "a ", "ä", "'; --", "\\", "a\nb", "x".repeat(2000))) {
      JournalEntry entry = journal().add(key, Side.SOURCE);
      assertThat(journal().entriesOf(key))
          .singleElement()
          .satisfies(
              found -> {
                assertThat(found.id()).isEqualTo(entry.id());
                assertThat(found.key()).isEqualTo(key);
              });
    }
  }

  @Test
  void ofTwoThatEndAtTheSameTimeNeitherIsForgotten() throws Exception {
    Journal of = journal();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int i = 0; i < 50; i++) {
        String key = "key " + i;
        JournalEntry first = journal().add(key, Side.SOURCE);
        JournalEntry second = journal().add(key, Side.SOURCE);
        Future<Boolean> one = threads.submit(() -> of.settle(first, Set.of()));
        Future<Boolean> other = threads.submit(() -> of.settle(second, Set.of()));
        assertThat(one.get() && other.get()).as("both removed").isFalse();
        assertThat(journal().entriesOf(key)).isNotEmpty();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static List<Long> ids(List<JournalEntry> entries) {
    return entries.stream().map(JournalEntry::id).toList();
  }
}
