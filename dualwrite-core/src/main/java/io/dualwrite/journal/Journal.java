package io.dualwrite.journal;

import io.dualwrite.Side;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The keys of one {@link io.dualwrite.DualWriter} that the secondary may not have right.
 *
 * <p>Whoever is about to write a key to the secondary (a live write, or the copier) first
 * {@linkplain #add adds} an entry of its own and ends it when it is done: that is how writers of
 * one key, in one process or in several, learn of each other. What the journal forgets in a crash
 * is what the migration forgets.
 *
 * <p>Safe for use by many threads and, if it outlives a process, by many processes. Every method is
 * linearizable: what it did is seen by every call that begins after it returned. It throws an
 * unchecked exception if it could not do what it says.
 */
public interface Journal {

  /**
   * Adds an entry that is being worked on. When it returns, the entry is as safe as this journal
   * makes it.
   */
  JournalEntry add(String key, Side primary);

  /** All entries of one key, in the order of their identities. */
  List<JournalEntry> entriesOf(String key);

  /**
   * Ends work that went well: removes the entry if its key has no other than those in {@code
   * ordered}, else makes it due. An entry that was taken over is added again as due, under a new
   * identity.
   *
   * @param ordered identities of entries whose writes are known to be in the right order with this
   *     one
   * @return whether no entry is left of it
   */
  boolean settle(JournalEntry entry, Set<Long> ordered);

  /**
   * Ends work that went wrong: makes the entry due. One that was taken over is added again, under a
   * new identity.
   */
  void leave(JournalEntry entry);

  /**
   * Ends a copy that leaves other entries of its key due: removes it. One that was taken over is
   * added again as due.
   */
  void withdraw(JournalEntry entry);

  /**
   * Puts a due entry with a new identity and the same age in the place of one whose writer seems to
   * be dead; if it lives after all, it finds its own entry gone.
   *
   * @return the new entry, or empty if {@code entry} is gone or due already
   */
  Optional<JournalEntry> takeOver(JournalEntry entry);

  /** Removes exactly these entries; those that are gone are passed over. */
  void remove(Collection<JournalEntry> entries);

  /**
   * Entries that nobody is at work on, in the order of their identities.
   *
   * @param after only entries with a greater identity
   * @param limit the most entries to return
   * @param takeOverAfter the age from which an entry counts whose writer has not ended it
   */
  List<JournalEntry> pending(long after, int limit, Duration takeOverAfter);

  /** How many entries there are, those being worked on included. */
  long size();

  /** The age of the oldest entry, empty if there is none. */
  Optional<Duration> oldestAge();
}
