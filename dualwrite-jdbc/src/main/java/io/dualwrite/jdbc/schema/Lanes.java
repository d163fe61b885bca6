package io.dualwrite.jdbc.schema;

import io.dualwrite.Side;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Groups mirrored tables into {@link Lane}s by the foreign keys of both sides. */
final class Lanes {
  private final Map<TableName, TablePair> pairs = new TreeMap<>();
  private final Map<TableName, Set<TableName>> parents = new HashMap<>();

  private Lanes(List<TablePair> all) {
    all.forEach(p -> pairs.put(p.name(), p));
    for (Side side : Side.values()) {
      Map<TableName, TableName> identities = new HashMap<>();
      all.forEach(p -> identities.put(p.on(side).name(), p.name()));
      for (TablePair pair : all) {
        Set<TableName> of = parents.computeIfAbsent(pair.name(), t -> new HashSet<>());
        for (ForeignKey key : pair.on(side).foreignKeys()) {
          TableName parent = identities.get(key.parent());
          if (parent != null && !parent.equals(pair.name())) {
            of.add(parent);
          }
        }
      }
    }
  }

  /** The connected components, by name; each with parents before children. */
  static List<Lane> of(List<TablePair> pairs) {
    Lanes lanes = new Lanes(pairs);
    Map<TableName, Set<TableName>> neighbours = new HashMap<>();
    lanes.parents.forEach(
        (child, of) -> {
          for (TableName parent : of) {
            neighbours.computeIfAbsent(child, t -> new HashSet<>()).add(parent);
            neighbours.computeIfAbsent(parent, t -> new HashSet<>()).add(child);
          }
        });
    List<Lane> found = new ArrayList<>();
    Set<TableName> seen = new HashSet<>();
    for (TableName first : lanes.pairs.keySet()) {
      if (!seen.contains(first)) {
        SortedSet<TableName> component = new TreeSet<>(reach(first, neighbours));
        component.add(first);
        seen.addAll(component);
        found.add(new Lane(first.toString(), lanes.parentsFirst(component)));
      }
    }
    return List.copyOf(found);
  }

  /**
   * Takes a table with no parent left; where all that are left hang on a cycle, the one with the
   * fewest ancestors, which is one of the cycle and not of what hangs on it.
   */
  private List<TablePair> parentsFirst(SortedSet<TableName> component) {
    List<TablePair> ordered = new ArrayList<>();
    Map<TableName, Set<TableName>> left = new TreeMap<>();
    Map<TableName, Set<TableName>> children = new HashMap<>();
    SortedSet<TableName> free = new TreeSet<>();
    for (TableName table : component) {
      Set<TableName> of = new HashSet<>(parents.getOrDefault(table, Set.of()));
      left.put(table, of);
      of.forEach(p -> children.computeIfAbsent(p, t -> new HashSet<>()).add(table));
      if (of.isEmpty()) {
        free.add(table);
      }
    }
    while (!left.isEmpty()) {
      TableName next = free.isEmpty() ? ofACycle(left) : free.first();
      free.remove(next);
      left.remove(next);
      for (TableName child : children.getOrDefault(next, Set.of())) {
        Set<TableName> of = left.get(child);
        if (of != null && of.remove(next) && of.isEmpty()) {
          free.add(child);
        }
      }
      TablePair pair = pairs.get(next);
      if (pair != null) {
        ordered.add(pair);
      }
    }
    return List.copyOf(ordered);
  }

  private static TableName ofACycle(Map<TableName, Set<TableName>> left) {
    return left.keySet().stream()
        .min(Comparator.comparingInt((TableName t) -> reach(t, left).size()))
        .orElseThrow();
  }

  /** Everything that the edges lead to from there, the start itself left out. */
  private static Set<TableName> reach(TableName start, Map<TableName, Set<TableName>> edges) {
    Set<TableName> found = new HashSet<>();
    Deque<TableName> open = new ArrayDeque<>(List.of(start));
    while (!open.isEmpty()) {
      for (TableName next : edges.getOrDefault(open.pop(), Set.of())) {
        if (!next.equals(start) && found.add(next)) {
          open.push(next);
        }
      }
    }
    return found;
  }
}
