package io.dualwrite;

import io.dualwrite.journal.Journal;
import io.dualwrite.journal.JournalEntry;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A writer's journal and its copier, and the entries that this process is at work on. */
final class Recovery<K> {
  private static final Logger log = LoggerFactory.getLogger(Recovery.class);

  private final String writer;
  private final Journal journal;
  private final KeyFormat<K> format;
  private final Copier<K> copier;
  private final Duration takeOverAfter;
  private final Set<Long> atWork = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean failing = new AtomicBoolean();

  Recovery(
      String writer,
      Journal journal,
      KeyFormat<K> format,
      Copier<K> copier,
      Duration takeOverAfter) {
    this.writer = writer;
    this.journal = journal;
    this.format = format;
    this.copier = copier;
    this.takeOverAfter = takeOverAfter;
  }

  Journal journal() {
    return journal;
  }

  Duration takeOverAfter() {
    return takeOverAfter;
  }

  String keyText(Object key) {
    return format.text(writer, key);
  }

  void copy(String key, Side from) throws Exception {
    copier.copy(format.fromText().apply(key), from);
  }

  /** Adds an entry of this process's own. */
  JournalEntry begin(String key, Side primary) {
    JournalEntry entry;
    try {
      entry = journal.add(key, primary);
    } catch (RuntimeException e) {
      failed("Journal cannot record writes", e);
      throw e;
    }
    atWork.add(entry.id());
    if (failing.compareAndSet(true, false)) {
      log.warn("{}: the journal records writes again", writer);
    }
    return entry;
  }

  /** Whether this process is at work on nothing and the journal is empty. */
  boolean isEmpty() {
    return atWork.isEmpty() && journal.size() == 0;
  }

  /** Whether this process is at work on the entry, however old it is. */
  boolean isAtWork(JournalEntry entry) {
    return atWork.contains(entry.id());
  }

  /**
   * Ends an entry of this process's own; if the journal fails, the entry stays and is taken over
   * later.
   */
  void end(JournalEntry entry, Runnable ending) {
    try {
      ending.run();
    } catch (RuntimeException e) {
      failed("Journal cannot end entries", e);
    } finally {
      atWork.remove(entry.id());
    }
  }

  private void failed(String what, RuntimeException cause) {
    if (failing.compareAndSet(false, true)) {
      log.error(
          "{}: {}; until it can, what the secondary misses is only counted", writer, what, cause);
    }
  }
}
