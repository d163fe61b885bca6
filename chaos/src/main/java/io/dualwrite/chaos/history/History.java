package io.dualwrite.chaos.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What all applications were told since the last check, and what each row may be by that. Not for
 * use by several threads.
 */
public final class History {
  private final Path logs;
  private final Map<Path, LogReader> readers = new TreeMap<>();
  private final Map<RowId, Long> verified = new HashMap<>();
  private final Map<RowId, RowHistory> rows = new HashMap<>();
  private long acknowledged;
  private long unknown;
  private long rolledBack;

  /** Over the logs in a directory, those that are still to come included. */
  public History(Path logs) {
    this.logs = logs;
  }

  /** Reads what was written since, while no application writes. */
  public void readOn() {
    try (Stream<Path> files = Files.list(logs)) {
      files.forEach(file -> readers.computeIfAbsent(file, LogReader::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (LogReader reader : readers.values()) {
      for (Told told : reader.readOn()) {
        switch (told.outcome()) {
          case ACKNOWLEDGED -> acknowledged++;
          case ROLLED_BACK -> rolledBack++;
          case INTENDED, UNKNOWN -> unknown++;
        }
        for (Change change : told.changes()) {
          row(change.row()).add(change, told);
        }
      }
    }
  }

  /**
   * What in these rows contradicts what applications were told; one line for each row, in order.
   *
   * @param versions the version of each row of a side
   */
  public List<String> contradictions(Map<RowId, Long> versions) {
    Set<RowId> all = new TreeSet<>(versions.keySet());
    all.addAll(verified.keySet());
    all.addAll(rows.keySet());
    List<String> found = new ArrayList<>();
    for (RowId id : all) {
      RowHistory history = rows.get(id);
      (history == null ? new RowHistory(verified.get(id)) : history)
          .contradiction(versions.get(id))
          .ifPresent(problem -> found.add(id + ": " + problem));
    }
    return found;
  }

  /** Whether the row may have been changed in one of these times. */
  public boolean changedWithin(RowId id, List<Span> spans) {
    RowHistory history = rows.get(id);
    return history != null && history.changedWithin(spans);
  }

  /** What happened to a row since the last check, for people. */
  public String describe(RowId id) {
    RowHistory history = rows.get(id);
    return history == null ? "no change since the last check" : history.describe();
  }

  /** These rows are right; what led to them is forgotten. */
  public void settle(Map<RowId, Long> versions) {
    verified.clear();
    verified.putAll(versions);
    rows.clear();
  }

  /** Transactions of which an application was told that they are committed. */
  public long acknowledged() {
    return acknowledged;
  }

  /** Transactions whose end no application was told. */
  public long unknown() {
    return unknown;
  }

  /** Transactions of which an application was told that they are rolled back. */
  public long rolledBack() {
    return rolledBack;
  }

  private RowHistory row(RowId id) {
    return rows.computeIfAbsent(id, i -> new RowHistory(verified.get(i)));
  }
}
