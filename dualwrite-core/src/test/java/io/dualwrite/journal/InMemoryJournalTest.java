package io.dualwrite.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.MutableClock;
import io.dualwrite.Side;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class InMemoryJournalTest extends JournalContract {

  @Override
  protected Journal emptyJournal() {
    return new InMemoryJournal(1000);
  }

  @Test
  void refusesMoreThanItsCapacityAndTakesAgainWhenThereIsRoom() {
    InMemoryJournal journal = new InMemoryJournal(2);
    JournalEntry first = journal.add("a", Side.SOURCE);
    journal.add("b", Side.SOURCE);
    assertThatThrownBy(() -> journal.add("c", Side.SOURCE))
        .isInstanceOf(JournalFullException.class)
        .hasMessage("the journal is full: 2 entries are waiting for the secondary");
    journal.withdraw(first);
    assertThat(journal.add("c", Side.SOURCE).id()).isGreaterThan(2);
  }

  @Test
  void takesOverByAge() {
    MutableClock clock = new MutableClock();
    InMemoryJournal journal = new InMemoryJournal(10, clock);
    journal.add("a", Side.SOURCE);
    Duration minute = Duration.ofMinutes(1);
    clock.advance(minute.minusNanos(1));
    assertThat(journal.pending(0, 10, minute)).isEmpty();
    clock.advance(Duration.ofNanos(1));
    assertThat(journal.pending(0, 10, minute)).hasSize(1);
    assertThat(journal.takeOver(journal.pending(0, 10, minute).get(0)).orElseThrow().age())
        .isEqualTo(minute);
    assertThat(journal.oldestAge()).contains(minute);
  }

  @Test
  void capacityIsChecked() {
    assertThatThrownBy(() -> new InMemoryJournal(0))
        .hasMessage("journal capacity must be at least 1, was 0");
  }
}
