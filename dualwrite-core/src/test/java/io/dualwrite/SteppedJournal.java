package io.dualwrite;

import io.dualwrite.journal.Journal;
import io.dualwrite.journal.JournalEntry;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One actor's view of a shared journal: each call is a step, and the end of a write is the actor's
 * last. It shows nothing pending.
 *
 * @param dies whether the actor dies before it can end its write
 */
record SteppedJournal(Journal shared, Steps steps, String actor, boolean dies) implements Journal {
  @Override
  public JournalEntry add(String key, Side primary) {
    steps.pass(actor, "add");
    return shared.add(key, primary);
  }

  @Override
  public List<JournalEntry> entriesOf(String key) {
    steps.pass(actor, "list");
    return shared.entriesOf(key);
  }

  @Override
  public boolean settle(JournalEntry entry, Set<Long> ordered) {
    steps.pass(actor, dies ? "dies" : "settle");
    boolean settled = !dies && shared.settle(entry, ordered);
    steps.done(actor);
    return settled;
  }

  @Override
  public void leave(JournalEntry entry) {
    steps.pass(actor, dies ? "dies" : "leave");
    if (!dies) {
      shared.leave(entry);
    }
    steps.done(actor);
  }

  @Override
  public void withdraw(JournalEntry entry) {
    steps.pass(actor, "withdraw");
    shared.withdraw(entry);
  }

  @Override
  public Optional<JournalEntry> takeOver(JournalEntry entry) {
    steps.pass(actor, "take over");
    return shared.takeOver(entry);
  }

  @Override
  public void remove(Collection<JournalEntry> entries) {
    steps.pass(actor, "remove");
    shared.remove(entries);
  }

  @Override
  public List<JournalEntry> pending(long after, int limit, Duration takeOverAfter) {
    return List.of();
  }

  @Override
  public long size() {
    return shared.size();
  }

  @Override
  public Optional<Duration> oldestAge() {
    return shared.oldestAge();
  }
}
