package io.dualwrite.jdbc.copy;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.ForeignKey;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds rows that a delete on the secondary would take along by {@code ON DELETE CASCADE}, or empty
 * references of, although the primary still has them: they refer to another row there by now, and
 * nothing may name them or what hangs on them. So are rows of tables from which none may go along.
 * Lives for one call.
 */
final class Cascades {
  private static final int PAGE = 500;

  private final LockedCopy copy;
  private final Side secondary;
  private final Lane lane;
  private final DeletesAlong along;
  private final Map<TablePair, Set<RowKey>> seen = new HashMap<>();
  private final Map<TablePair, Integer> victims = new HashMap<>();

  Cascades(LockedCopy copy, Side secondary, Lane lane, DeletesAlong along) {
    this.along = along;
    this.copy = copy;
    this.secondary = secondary;
    this.lane = lane;
  }

  /** How many rows, by table, go along; known when there are no {@link #survivors}. */
  Map<TablePair, Integer> victims() {
    return victims;
  }

  /** Some of the survivors, by table; empty only if there are none. */
  Map<TablePair, Set<RowKey>> survivors(TablePair parent, Collection<RowKey> keys)
      throws SQLException {
    Map<TablePair, Set<RowKey>> found = new HashMap<>();
    Set<RowKey> distinct = new LinkedHashSet<>(keys);
    seen(parent).addAll(distinct);
    if (!distinct.isEmpty()) {
      for (TablePair child : lane.tables()) {
        for (ForeignKey reference : child.on(secondary).foreignKeys()) {
          if (actsOn(reference)
              && !child.key().isEmpty()
              && reference.parent().equals(parent.on(secondary).name())) {
            survivors(parent, List.copyOf(distinct), child, reference, found);
          }
        }
      }
    }
    return found;
  }

  private boolean actsOn(ForeignKey reference) {
    return switch (reference.onDelete()) {
      case 'c' -> true;
      case 'n', 'd' -> !along.emptiesReferences();
      default -> false;
    };
  }

  private void survivors(
      TablePair parent,
      List<RowKey> keys,
      TablePair child,
      ForeignKey reference,
      Map<TablePair, Set<RowKey>> found)
      throws SQLException {
    List<RowKey> children =
        new ArrayList<>(
            copy.transfer(parent).children(copy.secondary(), secondary, keys, child, reference));
    children.removeAll(seen(child));
    for (int from = 0; from < children.size(); from += PAGE) {
      List<RowKey> page = children.subList(from, Math.min(children.size(), from + PAGE));
      Set<RowKey> staying =
          along.from(child) ? copy.readPrimary(child, page).keySet() : new LinkedHashSet<>(page);
      if (!staying.isEmpty()) {
        found.computeIfAbsent(child, t -> new LinkedHashSet<>()).addAll(staying);
        return;
      }
      if (reference.onDelete() != 'c') {
        continue;
      }
      victims.merge(child, page.size(), Integer::sum);
      survivors(child, page).forEach((t, more) -> found.merge(t, more, Cascades::union));
    }
  }

  private Set<RowKey> seen(TablePair table) {
    return seen.computeIfAbsent(table, t -> new HashSet<>());
  }

  private static Set<RowKey> union(Set<RowKey> one, Set<RowKey> other) {
    Set<RowKey> all = new LinkedHashSet<>(one);
    all.addAll(other);
    return all;
  }

  /** Fails as a refused delete does if there are survivors. */
  static void refuse(TablePair parent, Map<TablePair, Set<RowKey>> survivors) throws SQLException {
    for (TablePair child : survivors.keySet()) {
      throw new SQLException(
          "a delete in "
              + parent.name()
              + " would take rows of "
              + child.name()
              + " along, or change them, that must stay",
          "23503");
    }
  }
}
