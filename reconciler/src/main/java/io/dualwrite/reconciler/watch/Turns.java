package io.dualwrite.reconciler.watch;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Which parts that were not equal are looked at again in a round: the tables in turn, and each
 * table's parts in turn, so that none waits because much differs elsewhere.
 */
final class Turns {
  private static final int PER_ROUND = 20;

  private final Map<String, Instant> reached = new HashMap<>();
  private String last = "";

  /** A part of a table. */
  record Due(TableWatch table, OpenRange range) {}

  /** What is due of these tables, which come in the order of their names. */
  List<Due> due(Collection<TableWatch> tables, Predicate<OpenRange> wanted) {
    reached.keySet().retainAll(tables.stream().map(TableWatch::name).toList());
    Deque<Deque<Due>> queues = new ArrayDeque<>();
    List<Deque<Due>> before = new ArrayList<>();
    for (TableWatch table : tables) {
      Deque<Due> queue = queue(table, wanted);
      if (!queue.isEmpty() && table.name().compareTo(last) > 0) {
        queues.add(queue);
      } else if (!queue.isEmpty()) {
        before.add(queue);
      }
    }
    queues.addAll(before);
    List<Due> due = new ArrayList<>();
    while (due.size() < PER_ROUND && !queues.isEmpty()) {
      Deque<Due> queue = queues.removeFirst();
      Due next = queue.removeFirst();
      due.add(next);
      last = next.table().name();
      reached.put(last, next.range().from());
      if (!queue.isEmpty()) {
        queues.addLast(queue);
      }
    }
    return due;
  }

  private Deque<Due> queue(TableWatch table, Predicate<OpenRange> wanted) {
    Instant here = reached.getOrDefault(table.name(), Instant.MAX);
    Deque<Due> queue = new ArrayDeque<>();
    List<Due> before = new ArrayList<>();
    for (OpenRange range : table.open()) {
      if (wanted.test(range)) {
        Due due = new Due(table, range);
        if (range.from().isAfter(here)) {
          queue.add(due);
        } else {
          before.add(due);
        }
      }
    }
    queue.addAll(before);
    return queue;
  }
}
