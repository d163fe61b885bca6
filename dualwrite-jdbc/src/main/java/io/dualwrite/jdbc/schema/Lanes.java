package io.dualwrite.jdbc.schema;

import io.dualwrite.Side;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Groups mirrored tables into {@link Lane}s by the foreign keys of both sides. */
final class Lanes {
  private static final Comparator<TablePair> BY_NAME = Comparator.comparing(TablePair::name);

  private Lanes() {}

  /** The connected components, by name; each with parents before children. */
  static List<Lane> of(List<TablePair> pairs) {
    Map<TablePair, Set<TablePair>> parents = parents(pairs);
    Map<TablePair, Set<TablePair>> neighbours = new HashMap<>();
    parents.forEach(
        (child, of) -> {
          for (TablePair parent : of) {
            neighbours.computeIfAbsent(child, t -> new HashSet<>()).add(parent);
            neighbours.computeIfAbsent(parent, t -> new HashSet<>()).add(child);
          }
        });
    List<Lane> lanes = new ArrayList<>();
    Set<TablePair> seen = new HashSet<>();
    for (TablePair first : pairs.stream().sorted(BY_NAME).toList()) {
      if (seen.add(first)) {
        List<TablePair> component = new ArrayList<>();
        Deque<TablePair> open = new ArrayDeque<>(List.of(first));
        while (!open.isEmpty()) {
          TablePair table = open.pop();
          component.add(table);
          neighbours.getOrDefault(table, Set.of()).stream().filter(seen::add).forEach(open::push);
        }
        lanes.add(new Lane(first.name().toString(), parentsFirst(component, parents)));
      }
    }
    return List.copyOf(lanes);
  }

  private static Map<TablePair, Set<TablePair>> parents(List<TablePair> pairs) {
    Map<TablePair, Set<TablePair>> parents = new HashMap<>();
    for (Side side : Side.values()) {
      Map<TableName, TablePair> byName = new HashMap<>();
      pairs.forEach(p -> byName.put(p.on(side).name(), p));
      for (TablePair pair : pairs) {
        Set<TablePair> of = parents.computeIfAbsent(pair, t -> new HashSet<>());
        for (ForeignKey key : pair.on(side).foreignKeys()) {
          TablePair parent = byName.get(key.parent());
          if (parent != null && !parent.equals(pair)) {
            of.add(parent);
          }
        }
      }
    }
    return parents;
  }

  /** Takes a table with no parent left; in a cycle, the one with the fewest. */
  private static List<TablePair> parentsFirst(
      List<TablePair> component, Map<TablePair, Set<TablePair>> parents) {
    Set<TablePair> left = new LinkedHashSet<>(component.stream().sorted(BY_NAME).toList());
    List<TablePair> ordered = new ArrayList<>();
    while (!left.isEmpty()) {
      TablePair next =
          left.stream()
              .min(
                  Comparator.comparingLong(
                      (TablePair t) ->
                          parents.getOrDefault(t, Set.of()).stream()
                              .filter(left::contains)
                              .count()))
              .orElseThrow();
      left.remove(next);
      ordered.add(next);
    }
    return List.copyOf(ordered);
  }
}
