package io.dualwrite.reconciler.backfill;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a backfill would do.
 *
 * @param until the time before which rows would be copied; empty: all of them
 * @param tables in the order of the work
 */
public record BackfillPlan(Optional<Instant> until, List<TablePlan> tables) {
  public BackfillPlan {
    tables = List.copyOf(tables);
  }

  /**
   * What would be done with a table.
   *
   * @param table its identity
   * @param sourceRows about how many rows the source has, whatever their time
   * @param targetRows about how many the target has
   * @param cutBy the columns by whose ranges it is cut, as the source calls them
   * @param format {@code binary}, {@code text}, or {@code row by row}
   * @param dropped with deferred indexes, what would be dropped and built again
   * @param problem why it would not be copied
   * @param notes what the reader should know
   */
  public record TablePlan(
      String table,
      long sourceRows,
      long targetRows,
      List<String> cutBy,
      String format,
      List<String> dropped,
      Optional<String> problem,
      List<String> notes) {
    public TablePlan {
      cutBy = List.copyOf(cutBy);
      dropped = List.copyOf(dropped);
      notes = List.copyOf(notes);
    }
  }

  /** Whether all tables would be copied. */
  public boolean complete() {
    return tables.stream().allMatch(t -> t.problem().isEmpty());
  }
}
