package io.dualwrite.jdbc.copy;

import io.dualwrite.jdbc.copy.Settled.Changed;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings rows over that a plain copy could not, row by row, each in a savepoint, over and over
 * while anything still moves:
 *
 * <ul>
 *   <li>a missing parent, or children that hold a row to be deleted, are pulled along: they too
 *       become what the primary has;
 *   <li>a row that stands in the way of a unique value is pulled along; in a cycle (values swapped)
 *       it is parked with another value;
 *   <li>rows of a cycle of foreign keys are first written with the reference left null.
 * </ul>
 *
 * What was parked or left null but could not be put right in the end is undone as a whole. Lives
 * for one call.
 */
final class Settlement {
  private static final String FOREIGN_KEY = "23503";
  private static final String UNIQUE = "23505";

  private final LockedCopy copy;
  private final CopyContext context;
  private final Lane lane;
  private final boolean deletes;
  private final DeletesAlong along;
  private final Connection secondary;
  private final Neighbours neighbours;

  private final Map<Target, Step> steps = new LinkedHashMap<>();
  private final Set<Target> disguised = new HashSet<>();
  private final Set<Target> relaxed = new HashSet<>();

  /** Rows in the way of others that must stay all the same. */
  private final Set<Target> staying = new HashSet<>();

  private final Map<TablePair, Changed> changed = new HashMap<>();

  Settlement(LockedCopy copy, CopyContext context, Lane lane, boolean deletes, DeletesAlong along) {
    this.deletes = deletes;
    this.along = along;
    this.copy = copy;
    this.context = context;
    this.lane = lane;
    this.secondary = copy.secondary();
    this.neighbours = new Neighbours(copy, context, lane);
  }

  /** A row of a table, by the canonical text of its key. */
  private record Target(TablePair table, RowKey key) {}

  /** What is to be done to a row: write it, or (row null) delete it. */
  private static final class Step {
    final Target target;
    final @Nullable Row row;
    final @Nullable RowKey askedFor;
    @Nullable SQLException failure;
    Map<TablePair, Changed> deleted = Map.of();

    Step(Target target, @Nullable Row row, @Nullable RowKey askedFor) {
      this.target = target;
      this.row = row;
      this.askedFor = askedFor;
    }
  }

  Settled run(Map<TablePair, ? extends Collection<RowKey>> keys) throws SQLException {
    try (Statement statement = secondary.createStatement()) {
      statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
    }
    for (Map.Entry<TablePair, ? extends Collection<RowKey>> entry : keys.entrySet()) {
      add(entry.getKey(), entry.getValue(), true);
    }
    List<Step> asked = List.copyOf(steps.values());
    Savepoint beginning = secondary.setSavepoint();
    rounds(true);
    if (steps.keySet().stream().anyMatch(disguised::contains)) {
      secondary.rollback(beginning);
      steps.clear();
      pulled.clear();
      changed.clear();
      asked.forEach(step -> steps.put(step.target, step));
      rounds(false);
    }
    List<RefusedRow> refused = new ArrayList<>();
    for (Step step : steps.values()) {
      if (step.askedFor != null && step.failure != null) {
        refused.add(new RefusedRow(step.target.table, step.askedFor, step.failure));
      }
    }
    return new Settled(changed, refused);
  }

  /** Adds what the primary says of these keys; true if any of it was not known yet. */
  private boolean add(TablePair table, Collection<RowKey> keys, boolean asked) throws SQLException {
    Map<RowKey, Row> rows = copy.readPrimary(table, keys);
    boolean added = false;
    for (RowKey key : keys) {
      Row row = rows.get(key);
      if (row == null && !(asked ? deletes : along.from(table))) {
        staying.add(new Target(table, key));
        continue;
      }
      if (row != null && !asked && !along.emptiesReferences()) {
        Row there = copy.readSecondary(table, List.of(key)).get(key);
        if (row.equals(there)) {
          staying.add(new Target(table, key));
          continue;
        }
        if (there != null && !along.changes(table)) {
          staying.add(new Target(table, key));
          continue;
        }
      }
      Target target = new Target(table, row == null ? key : copy.transfer(table).keyOf(row));
      if (!steps.containsKey(target)) {
        steps.put(target, new Step(target, row, asked ? key : null));
        added = true;
      }
    }
    return added;
  }

  private void rounds(boolean disguise) throws SQLException {
    boolean moving = true;
    while (moving && !steps.isEmpty()) {
      moving = false;
      for (Step step : inOrder()) {
        SQLException failure = attempt(step, step.row);
        if (failure == null) {
          steps.remove(step.target);
          (step.row == null ? step.deleted : Map.of(step.target.table, new Changed(1, 0)))
              .forEach((table, rows) -> changed.merge(table, rows, Changed::plus));
          moving = true;
        } else {
          step.failure = failure;
          moving |= pullAlong(step, failure);
        }
      }
      if (!moving && disguise) {
        moving = disguiseOne();
      }
    }
  }

  /** Writes first, parents before children; then deletes, children before parents. */
  private List<Step> inOrder() {
    List<Step> ordered = new ArrayList<>(steps.size());
    List<TablePair> tables = lane.tables();
    for (TablePair table : tables) {
      steps.values().stream()
          .filter(s -> s.row != null && s.target.table.equals(table))
          .forEach(ordered::add);
    }
    for (int i = tables.size() - 1; i >= 0; i--) {
      TablePair table = tables.get(i);
      steps.values().stream()
          .filter(s -> s.row == null && s.target.table.equals(table))
          .forEach(ordered::add);
    }
    return ordered;
  }

  /** Returns the refusal, or null when it worked; throws when the secondary failed. */
  private @Nullable SQLException attempt(Step step, @Nullable Row row) throws SQLException {
    Savepoint before = secondary.setSavepoint();
    try {
      RowTransfer transfer = copy.transfer(step.target.table);
      if (row == null) {
        Cascades cascades = new Cascades(copy, context.secondary(), lane, along);
        List<RowKey> key = List.of(step.target.key);
        Cascades.refuse(step.target.table, cascades.survivors(step.target.table, key));
        step.deleted =
            deleted(step, transfer.delete(secondary, context.secondary(), key), cascades);
      } else {
        transfer.upsert(secondary, context.secondary(), List.of(row));
      }
      secondary.releaseSavepoint(before);
      return null;
    } catch (SQLException e) {
      if (!Failures.refusesRow(e) && !Failures.refusesTable(e)) {
        throw e;
      }
      secondary.rollback(before);
      // Else it stays open: so many levels that the server runs out of memory for locks.
      secondary.releaseSavepoint(before);
      return e;
    }
  }

  private static Map<TablePair, Changed> deleted(Step step, int rows, Cascades cascades) {
    Map<TablePair, Changed> deleted = new HashMap<>();
    deleted.put(step.target.table, new Changed(0, rows));
    cascades.victims().forEach((t, more) -> deleted.merge(t, new Changed(0, more), Changed::plus));
    return deleted;
  }

  private Map<TablePair, Set<RowKey>> survivors(Step step) throws SQLException {
    return new Cascades(copy, context.secondary(), lane, along)
        .survivors(step.target.table, List.of(step.target.key));
  }

  private boolean pullAlong(Step step, SQLException failure) throws SQLException {
    boolean added = false;
    if (step.row == null) {
      for (Map.Entry<TablePair, Set<RowKey>> other : survivors(step).entrySet()) {
        added |= addNew(step, other.getKey(), List.copyOf(other.getValue()));
      }
    }
    String constraint = Failures.constraint(failure);
    if (constraint == null) {
      return added;
    }
    if (FOREIGN_KEY.equals(failure.getSQLState())) {
      Map<TablePair, List<RowKey>> others =
          step.row != null
              ? neighbours.parents(step.target.table, step.row, constraint)
              : neighbours.children(step.target.table, step.target.key, constraint);
      for (Map.Entry<TablePair, List<RowKey>> other : others.entrySet()) {
        added |= addNew(step, other.getKey(), other.getValue());
      }
    } else if (UNIQUE.equals(failure.getSQLState()) && step.row != null) {
      added =
          addNew(
              step,
              step.target.table,
              neighbours.inTheWay(step.target.table, step.row, constraint));
    }
    return added;
  }

  private final Set<Target> pulled = new HashSet<>();

  private boolean addNew(Step step, TablePair table, List<RowKey> keys) throws SQLException {
    List<RowKey> fresh = keys.stream().filter(key -> pulled.add(new Target(table, key))).toList();
    boolean added = !fresh.isEmpty() && add(table, fresh, false);
    if (step.row == null && keys.stream().anyMatch(k -> staying.contains(new Target(table, k)))) {
      step.failure =
          new SQLException(
              "rows of " + table.name() + " refer to it, which are not to be changed or deleted",
              FOREIGN_KEY,
              step.failure);
    }
    return added;
  }

  /**
   * Takes one row out of the way, or writes one with a reference left open, so that the next round
   * can go on.
   */
  private boolean disguiseOne() throws SQLException {
    for (Step step : List.copyOf(steps.values())) {
      SQLException failure = step.failure;
      String constraint = failure == null ? null : Failures.constraint(failure);
      if (step.row == null || failure == null || constraint == null || !relaxed.add(step.target)) {
        continue;
      }
      if (FOREIGN_KEY.equals(failure.getSQLState())) {
        Row open = neighbours.withoutReference(step.target.table, step.row, constraint);
        if (open != null && attempt(step, open) == null) {
          disguised.add(step.target);
          return true;
        }
      } else if (UNIQUE.equals(failure.getSQLState())) {
        for (RowKey other : neighbours.inTheWay(step.target.table, step.row, constraint)) {
          Target parked = new Target(step.target.table, other);
          if (steps.containsKey(parked) && neighbours.park(step.target.table, other, constraint)) {
            disguised.add(parked);
            return true;
          }
        }
      }
    }
    return false;
  }
}
