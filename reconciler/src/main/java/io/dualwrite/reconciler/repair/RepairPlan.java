package io.dualwrite.reconciler.repair;

import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a repair would do to the data as it is now, short of what the target would refuse.
 *
 * @param comparison what was found
 * @param tables what would be done to each table, in the order of the work
 * @param stopped whether it would stop at its limit of changes
 */
public record RepairPlan(Comparison comparison, List<TablePlan> tables, boolean stopped) {
  public RepairPlan {
    tables = List.copyOf(tables);
  }

  /**
   * What would be done to a table.
   *
   * @param table its identity
   * @param copied rows that would be copied from the source to the target
   * @param deleted rows that would be deleted from the target
   * @param replaced whether all of its rows would be replaced, since it has no key
   * @param atLeast whether more differ than were looked at one by one
   * @param asked whether it is one that is to be repaired; of others, rows are only copied because
   *     rows that are repaired need them
   * @param problem why it, or a part of it, would be left as it is
   */
  public record TablePlan(
      String table,
      long copied,
      long deleted,
      boolean replaced,
      boolean atLeast,
      boolean asked,
      Optional<String> problem) {}

  /**
   * How many rows a table without a key has, all of which would be replaced.
   *
   * @param part whether the repair is of a part of it, which cannot be
   * @param others why it must not be because of rows of other tables
   */
  public record Keyless(long sourceRows, long targetRows, boolean part, Optional<String> others) {}

  /**
   * The plan that follows from a comparison.
   *
   * @param comparison made for it: all that can be looked at row by row is listed
   * @param keyless the tables without a key that are not in sync
   * @param undeletable why extra rows of a table would stay all the same
   * @param rows what goes along
   */
  public static RepairPlan of(
      Comparison comparison,
      RepairOptions options,
      Map<String, Keyless> keyless,
      Map<String, String> undeletable,
      PlannedRows rows) {
    ChangeBudget budget = new ChangeBudget(options.maxChanges());
    List<TableComparison> found =
        comparison.tables().stream().filter(t -> t.count(Status.SKIPPED) == 0).toList();
    long[] deleted = new long[found.size()];
    for (int i = found.size() - 1; i >= 0 && options.deleteExtra(); i--) {
      String name = found.get(i).table();
      if (!keyless.containsKey(name) && !undeletable.containsKey(name)) {
        deleted[i] = rows.deletes(found.get(i), budget);
      }
    }
    List<TablePlan> tables = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      TableComparison table = found.get(i);
      Keyless all = keyless.get(table.table());
      tables.add(
          all == null
              ? new TablePlan(
                  table.table(),
                  rows.copies(table, budget),
                  deleted[i],
                  false,
                  table.truncated(),
                  true,
                  Optional.ofNullable(undeletable.get(table.table()))
                      .or(() -> staying(rows.inTheWay(table.table()))))
              : replacement(table, all, options.deleteExtra(), budget));
    }
    return new RepairPlan(comparison, withOthers(tables, rows), budget.refused());
  }

  private static Optional<String> staying(Set<String> others) {
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "extra rows stay to which rows of "
                + String.join(", ", others)
                + " refer, which are not to be changed or deleted");
  }

  private static List<TablePlan> withOthers(List<TablePlan> asked, PlannedRows rows) {
    SortedMap<String, Long> along = new TreeMap<>(rows.along());
    List<TablePlan> all = new ArrayList<>();
    for (TablePlan plan : asked) {
      Long more = along.remove(plan.table());
      all.add(
          new TablePlan(
              plan.table(),
              plan.copied() + (more == null ? 0 : more),
              plan.deleted(),
              plan.replaced(),
              plan.atLeast(),
              true,
              plan.problem()));
    }
    along.forEach(
        (table, rowsOfIt) ->
            all.add(new TablePlan(table, rowsOfIt, 0, false, false, false, Optional.empty())));
    return all;
  }

  private static TablePlan replacement(
      TableComparison table, Keyless all, boolean deleteExtra, ChangeBudget budget) {
    Optional<String> problem =
        budget.exhausted()
            ? Optional.empty()
            : KeylessReplacement.problem(all.part(), deleteExtra, table.extra() > 0)
                .or(all::others);
    boolean wanted = !budget.exhausted() && problem.isEmpty();
    if (wanted && !budget.takeAll(all.sourceRows() + all.targetRows())) {
      problem = Optional.of(KeylessReplacement.TOO_MANY_CHANGES);
      wanted = false;
    }
    return new TablePlan(
        table.table(),
        wanted ? all.sourceRows() : 0,
        wanted ? all.targetRows() : 0,
        wanted,
        false,
        true,
        problem);
  }

  /** Rows that would be copied in all tables. */
  public long copied() {
    return tables.stream().mapToLong(TablePlan::copied).sum();
  }

  /** Rows that would be deleted in all tables. */
  public long deleted() {
    return tables.stream().mapToLong(TablePlan::deleted).sum();
  }
}
