package io.dualwrite.reconciler.repair;

import static java.util.stream.Collectors.toCollection;

import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.Referring;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.compare.Comparer.Mirrored;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.Difference.Kind;
import io.dualwrite.reconciler.compare.KeyOrder;
import io.dualwrite.reconciler.compare.LaneLocks;
import io.dualwrite.reconciler.compare.TableComparison;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Which rows a repair would change for the sake of others, in the steps in which it would: parents
 * of rows that are copied, children of rows that are deleted. Only reads, under the lanes' locks.
 * For one thread.
 */
public final class PlannedRows {
  private final LaneLocks locks;
  private final Map<String, Mirrored> tables = new HashMap<>();
  private final Predicate<String> whole;
  private final Map<String, Map<Kind, Set<RowKey>>> differing = new HashMap<>();
  private final Map<String, Set<RowKey>> along = new TreeMap<>();
  private final Map<String, Set<String>> inTheWay = new HashMap<>();

  /**
   * For a repair of these tables.
   *
   * @param found what differs in them; rows that it does not list have nothing to go along
   * @param whole whether all of a table is repaired, not only a part of it
   */
  public PlannedRows(
      LaneLocks locks, List<Mirrored> tables, Comparison found, Predicate<String> whole) {
    this.locks = locks;
    this.whole = whole;
    tables.forEach(t -> this.tables.put(t.table().name().toString(), t));
    for (TableComparison table : found.tables()) {
      for (Difference difference : table.differences()) {
        differing
            .computeIfAbsent(table.table(), t -> new HashMap<>())
            .computeIfAbsent(difference.kind(), k -> new HashSet<>())
            .add(new RowKey(List.copyOf(difference.key().values())));
      }
    }
  }

  /** How many rows would be copied before their turn because others need them, by table. */
  SortedMap<String, Long> along() {
    return counts(along);
  }

  /** The tables whose rows keep extra rows of that one from being deleted. */
  Set<String> inTheWay(String table) {
    return inTheWay.getOrDefault(table, Set.of());
  }

  private static SortedMap<String, Long> counts(Map<String, Set<RowKey>> rows) {
    SortedMap<String, Long> counts = new TreeMap<>();
    rows.forEach((table, keys) -> counts.put(table, (long) keys.size()));
    return counts;
  }

  /** Takes the copies of a table out of the budget, with what goes along; how many they are. */
  long copies(TableComparison found, ChangeBudget budget) {
    Mirrored table = tables.get(found.table());
    Set<RowKey> before = along.getOrDefault(found.table(), Set.of());
    long all = found.missing() + found.changed();
    if (table == null || secondary(table.table()).foreignKeys().isEmpty()) {
      return budget.take(all);
    }
    List<RowKey> differing = keys(found.table(), EnumSet.of(Kind.MISSING, Kind.CHANGED));
    List<RowKey> keys = differing.stream().filter(k -> !before.contains(k)).toList();
    all -= differing.size() - keys.size();
    long taken = steps(table, keys, budget, this::withParents);
    return taken + budget.take(Math.max(0, all - keys.size()));
  }

  /** The same with deletes. */
  long deletes(TableComparison found, ChangeBudget budget) {
    Mirrored table = tables.get(found.table());
    if (table == null || !isReferredTo(table)) {
      return budget.take(found.extra());
    }
    List<RowKey> keys = keys(found.table(), EnumSet.of(Kind.EXTRA));
    long taken = steps(table, keys, budget, this::withChildren);
    return taken + budget.take(Math.max(0, found.extra() - keys.size()));
  }

  private io.dualwrite.jdbc.schema.Table secondary(TablePair table) {
    return table.on(locks.context().secondary());
  }

  private boolean isReferredTo(Mirrored table) {
    return table.lane().tables().stream()
        .flatMap(t -> secondary(t).foreignKeys().stream())
        .anyMatch(f -> f.parent().equals(secondary(table.table()).name()));
  }

  private List<RowKey> keys(String table, Set<Kind> kinds) {
    return kinds.stream()
        .flatMap(k -> keysOf(table, k).stream())
        .sorted(Comparator.comparing(RowKey::values, KeyOrder.OF_TEXTS))
        .toList();
  }

  private Set<RowKey> keysOf(String table, Kind kind) {
    return differing.getOrDefault(table, Map.of()).getOrDefault(kind, Set.of());
  }

  /**
   * What a step takes along.
   *
   * @param copied rows that it needs: of tables that are not asked for, or before their turn
   * @param stays tables whose rows keep some of the step from being deleted
   */
  private record Along(Map<String, Set<RowKey>> copied, Set<String> stays) {}

  private interface Looking {
    Along look(LockedCopy lock, Mirrored table, List<RowKey> keys) throws SQLException;
  }

  private long steps(Mirrored table, List<RowKey> keys, ChangeBudget budget, Looking looking) {
    long taken = 0;
    for (int from = 0; from < keys.size() && !budget.exhausted(); from += RowRepair.STEP) {
      int to = Math.min(keys.size(), from + RowRepair.STEP);
      taken += step(table, keys.subList(from, to), budget, looking);
    }
    return taken;
  }

  /** As the repair does it: where all of a step is too much, halves, down to one row. */
  private long step(Mirrored table, List<RowKey> keys, ChangeBudget budget, Looking looking) {
    if (keys.isEmpty() || budget.exhausted()) {
      return 0;
    }
    Along found = look(table, keys, looking);
    long others = found.copied().values().stream().mapToLong(Set::size).sum();
    boolean all = found.stays().isEmpty();
    if (all && others == 0) {
      return budget.take(keys.size());
    }
    if (all && budget.takeAll(keys.size() + others)) {
      found
          .copied()
          .forEach((t, rows) -> along.computeIfAbsent(t, n -> new HashSet<>()).addAll(rows));
      return keys.size();
    }
    if (keys.size() == 1) {
      if (all) {
        budget.stop();
      } else {
        inTheWay
            .computeIfAbsent(table.table().name().toString(), t -> new LinkedHashSet<>())
            .addAll(found.stays());
      }
      return 0;
    }
    int half = keys.size() / 2;
    long first = step(table, keys.subList(0, half), budget, looking);
    return first + step(table, keys.subList(half, keys.size()), budget, looking);
  }

  private Along look(Mirrored table, List<RowKey> keys, Looking looking) {
    try (LockedCopy lock = locks.begin(table.lane())) {
      return looking.look(lock, table, keys);
    } catch (SQLException e) {
      throw locks.failed(e);
    }
  }

  private Along withParents(LockedCopy lock, Mirrored table, List<RowKey> keys)
      throws SQLException {
    Map<String, Set<RowKey>> copied = new TreeMap<>();
    parents(lock, table.lane(), table.table(), keys, copied);
    return new Along(copied, Set.of());
  }

  /**
   * Those that the source has: whether the target takes a row without its parent is its concern.
   */
  private void parents(
      LockedCopy lock,
      Lane lane,
      TablePair table,
      Collection<RowKey> keys,
      Map<String, Set<RowKey>> copied)
      throws SQLException {
    for (Map.Entry<TablePair, Set<RowKey>> missing :
        lock.missingParents(lane, Map.of(table, keys)).entrySet()) {
      String name = missing.getKey().name().toString();
      Set<RowKey> news = unknown(name, missing.getValue(), EnumSet.of(Kind.MISSING));
      addTo(copied, name, lock.readPrimary(missing.getKey(), news).keySet());
    }
  }

  /**
   * Those that are extra go before, those that differ are made what the source has. All others
   * still refer to it.
   */
  private Along withChildren(LockedCopy lock, Mirrored table, List<RowKey> keys)
      throws SQLException {
    Map<String, Set<RowKey>> copied = new TreeMap<>();
    Set<String> stays = new LinkedHashSet<>();
    for (Referring referring : lock.referring(table.lane(), table.table(), keys)) {
      String child = referring.table().name().toString();
      Set<RowKey> there = unknown(child, referring.keys(), EnumSet.of(Kind.EXTRA));
      Set<RowKey> others =
          whole.test(child) ? unknown(child, there, EnumSet.of(Kind.CHANGED)) : there;
      if (!others.isEmpty()) {
        stays.add(child);
      } else {
        addTo(copied, child, there);
        parents(lock, table.lane(), referring.table(), there, copied);
      }
    }
    return new Along(copied, stays);
  }

  private void addTo(Map<String, Set<RowKey>> rows, String table, Set<RowKey> keys) {
    Set<RowKey> before = along.getOrDefault(table, Set.of());
    Set<RowKey> news =
        keys.stream().filter(k -> !before.contains(k)).collect(toCollection(LinkedHashSet::new));
    if (!news.isEmpty()) {
      rows.computeIfAbsent(table, t -> new LinkedHashSet<>()).addAll(news);
    }
  }

  /** Those that are not among what is repaired anyway. */
  private Set<RowKey> unknown(String table, Collection<RowKey> keys, Set<Kind> kinds) {
    Set<RowKey> unknown = new LinkedHashSet<>(keys);
    kinds.forEach(k -> unknown.removeAll(keysOf(table, k)));
    return unknown;
  }
}
