package io.dualwrite.reconciler.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** Collects one table's results from several threads. */
final class TableTally {
  /**
   * So many differing rows are looked at one by one in a comparison; beyond, windows are only
   * counted.
   */
  private static final long ROWS_LOOKED_AT = 100_000;

  private final AtomicLong budget = new AtomicLong(ROWS_LOOKED_AT);
  private final Map<Integer, WindowResult> windows = new TreeMap<>();
  private final Map<Integer, List<Difference>> differences = new TreeMap<>();
  private final Set<List<String>> moved = new HashSet<>();
  private boolean cut;

  /** How many more differing rows may be looked at. */
  int allowance() {
    return (int) Math.max(0, budget.get());
  }

  void spend(int rows) {
    budget.addAndGet(-rows);
  }

  /** Records the verdict on the table's window of that number, in place of an earlier one. */
  synchronized void put(int number, WindowResult result, List<Difference> found) {
    windows.put(number, result);
    if (found.isEmpty()) {
      differences.remove(number);
    } else {
      differences.put(number, found);
    }
  }

  /** The results so far, by the windows' numbers. */
  synchronized Map<Integer, WindowResult> results() {
    return new TreeMap<>(windows);
  }

  /** Some differing windows were not looked at row by row. */
  synchronized void cut() {
    cut = true;
  }

  /** True the first time: a row whose window changed is met in both windows, and counts once. */
  synchronized boolean firstMeeting(List<String> identity) {
    return moved.add(identity);
  }

  synchronized TableComparison result(
      String table, int maxDifferences, List<String> notes, List<NotReadAgain> notReadAgain) {
    List<Difference> listed = new ArrayList<>();
    for (List<Difference> found : differences.values()) {
      found.stream()
          .sorted(Comparator.comparing(d -> List.copyOf(d.key().values()), KeyOrder.OF_TEXTS))
          .limit(Math.max(0, maxDifferences - listed.size()))
          .forEach(listed::add);
    }
    List<WindowResult> all = List.copyOf(windows.values());
    long counted = all.stream().mapToLong(w -> w.missing() + w.extra() + w.changed()).sum();
    long shown = listed.stream().mapToLong(Difference::rows).sum();
    return new TableComparison(table, all, listed, cut || counted > shown, notes, notReadAgain);
  }
}
