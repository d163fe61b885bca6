package io.dualwrite.journal;

import static java.util.Objects.requireNonNull;

import io.dualwrite.Side;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A bounded journal in this process's memory. A crash, or a restart, loses every entry: the
 * secondary then lacks those writes until a comparison finds them. It knows nothing of writers in
 * other processes.
 */
public final class InMemoryJournal implements Journal {
  private final int capacity;
  private final Clock clock;
  // All guarded by this.
  private final TreeMap<Long, Line> lines = new TreeMap<>();
  private final Map<String, SortedMap<Long, Line>> byKey = new HashMap<>();
  private long lastId;

  /**
   * A journal of at most {@code capacity} entries; the next is refused with {@link
   * JournalFullException}.
   */
  public InMemoryJournal(int capacity) {
    this(capacity, Clock.systemUTC());
  }

  /** As {@link #InMemoryJournal(int)}, with ages by {@code clock}. */
  public InMemoryJournal(int capacity, Clock clock) {
    if (capacity < 1) {
      throw new IllegalArgumentException("journal capacity must be at least 1, was " + capacity);
    }
    this.capacity = capacity;
    this.clock = requireNonNull(clock, "clock");
  }

  @Override
  public synchronized JournalEntry add(String key, Side primary) {
    if (lines.size() >= capacity) {
      throw new JournalFullException(capacity);
    }
    return put(key, primary, false);
  }

  @Override
  public synchronized List<JournalEntry> entriesOf(String key) {
    return entries(byKey.getOrDefault(key, new TreeMap<>()).values());
  }

  @Override
  public synchronized boolean settle(JournalEntry entry, Set<Long> ordered) {
    boolean alone =
        byKey.getOrDefault(entry.key(), new TreeMap<>()).keySet().stream()
            .allMatch(id -> id == entry.id() || ordered.contains(id));
    if (alone && drop(entry.id())) {
      return true;
    }
    leave(entry);
    return false;
  }

  @Override
  public synchronized void leave(JournalEntry entry) {
    @Nullable Line line = lines.get(entry.id());
    if (line == null) {
      put(entry.key(), entry.primary(), true);
    } else {
      line.due = true;
    }
  }

  @Override
  public synchronized void withdraw(JournalEntry entry) {
    if (!drop(entry.id())) {
      put(entry.key(), entry.primary(), true);
    }
  }

  @Override
  public synchronized Optional<JournalEntry> takeOver(JournalEntry entry) {
    @Nullable Line line = lines.get(entry.id());
    if (line == null || line.due) {
      return Optional.empty();
    }
    drop(entry.id());
    return Optional.of(put(line.key, line.primary, line.at, true));
  }

  @Override
  public synchronized void remove(Collection<JournalEntry> entries) {
    entries.forEach(entry -> drop(entry.id()));
  }

  @Override
  public synchronized List<JournalEntry> pending(long after, int limit, Duration takeOverAfter) {
    return lines.tailMap(after, false).values().stream()
        .map(this::entry)
        .filter(entry -> entry.isAbandoned(takeOverAfter))
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized long size() {
    return lines.size();
  }

  @Override
  public synchronized Optional<Duration> oldestAge() {
    return lines.isEmpty()
        ? Optional.empty()
        : Optional.of(entry(lines.firstEntry().getValue()).age());
  }

  private JournalEntry put(String key, Side primary, boolean due) {
    return put(key, primary, clock.instant(), due);
  }

  private JournalEntry put(String key, Side primary, Instant at, boolean due) {
    Line line = new Line(++lastId, key, primary, at, due);
    lines.put(line.id, line);
    byKey.computeIfAbsent(key, k -> new TreeMap<>()).put(line.id, line);
    return entry(line);
  }

  private boolean drop(long id) {
    @Nullable Line line = lines.remove(id);
    if (line == null) {
      return false;
    }
    byKey.computeIfPresent(
        line.key,
        (key, ofKey) -> {
          ofKey.remove(id);
          return ofKey.isEmpty() ? null : ofKey;
        });
    return true;
  }

  private List<JournalEntry> entries(Collection<Line> of) {
    List<JournalEntry> entries = new ArrayList<>(of.size());
    of.forEach(line -> entries.add(entry(line)));
    return entries;
  }

  private JournalEntry entry(Line line) {
    return new JournalEntry(
        line.id, line.key, line.primary, line.due, Duration.between(line.at, clock.instant()));
  }

  @Override
  public String toString() {
    return "journal in memory of at most " + capacity + " entries";
  }

  private static final class Line {
    final long id;
    final String key;
    final Side primary;
    final Instant at;
    boolean due;

    Line(long id, String key, Side primary, Instant at, boolean due) {
      this.id = id;
      this.key = key;
      this.primary = primary;
      this.at = at;
      this.due = due;
    }
  }
}
