package io.dualwrite.reconciler.repair;

import io.dualwrite.reconciler.compare.Comparison;
import java.util.List;

/**
 * What a repair did, and what a comparison made afterwards found.
 *
 * @param tables what was done to each table, in the order of the work
 * @param stopped whether it stopped at its limit of changes
 * @param gapsReconciled how many recorded gaps the comparison afterwards closed
 * @param after the comparison made afterwards
 */
public record Repair(
    List<TableRepair> tables, boolean stopped, int gapsReconciled, Comparison after) {
  public Repair {
    tables = List.copyOf(tables);
  }

  /**
   * What was done to a table.
   *
   * @param table its identity
   * @param copied rows copied from the source to the target
   * @param deleted rows deleted from the target
   * @param problems why something was not repaired, one line each, without row values
   */
  public record TableRepair(String table, long copied, long deleted, List<String> problems) {
    public TableRepair {
      problems = List.copyOf(problems);
    }
  }

  /** Rows copied in all tables. */
  public long copied() {
    return tables.stream().mapToLong(TableRepair::copied).sum();
  }

  /** Rows deleted in all tables. */
  public long deleted() {
    return tables.stream().mapToLong(TableRepair::deleted).sum();
  }
}
