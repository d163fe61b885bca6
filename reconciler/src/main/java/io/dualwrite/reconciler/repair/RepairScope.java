package io.dualwrite.reconciler.repair;

import io.dualwrite.jdbc.copy.DeletesAlong;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TableName;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.checksum.ComparedTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the repairs of all tables have in common: what they may change, and what they have changed.
 * Safe for use by several threads.
 */
final class RepairScope {
  private final RepairOptions options;
  private final ChangeBudget budget;
  private final Map<TableName, ComparedTable> tables = new HashMap<>();
  private final Map<TableName, RepairTally> tallies = new LinkedHashMap<>();

  /** Of these tables, given in the order of the work. */
  RepairScope(RepairOptions options, List<ComparedTable> tables) {
    this.options = options;
    this.budget = new ChangeBudget(options.maxChanges());
    for (ComparedTable table : tables) {
      this.tables.put(table.pair().name(), table);
      tally(table.pair());
    }
  }

  ChangeBudget budget() {
    return budget;
  }

  /** Whether rows that the source has not may be deleted. */
  boolean deletes() {
    return options.deleteExtra();
  }

  /**
   * What may happen to other rows because those of a table are in need of it. Rows that the source
   * has not may be deleted from all of a table that is repaired, unless a delete there took rows
   * along that nobody looks at; rows that it has may be changed there and in the table itself.
   */
  DeletesAlong along(Connection target, Lane lane, TablePair table) {
    Map<TableName, Boolean> known = new HashMap<>();
    return new DeletesAlong() {
      @Override
      public boolean from(TablePair pair) throws SQLException {
        Boolean may = known.get(pair.name());
        if (may == null) {
          may = deletes() && isWhole(pair) && unproblematic(target, pair, lane);
          known.put(pair.name(), may);
        }
        return may;
      }

      @Override
      public boolean changes(TablePair pair) {
        return pair.equals(table) || isWhole(pair);
      }
    };
  }

  /** Whether all rows of that table are repaired. */
  boolean isWhole(TablePair pair) {
    ComparedTable table = tables.get(pair.name());
    return table != null && !options.isPartOf(table);
  }

  private boolean unproblematic(Connection target, TablePair pair, Lane lane) throws SQLException {
    ComparedTable table = tables.get(pair.name());
    return table != null && OutsideCascades.problem(target, table, lane).isEmpty();
  }

  /** What is done to a table, also to one of which only rows are changed that others need. */
  synchronized RepairTally tally(TablePair pair) {
    return tallies.computeIfAbsent(pair.name(), n -> new RepairTally(n.toString()));
  }

  /** In the order of the work; those that were not asked for at the end. */
  synchronized List<Repair.TableRepair> result() {
    return tallies.values().stream().map(RepairTally::result).toList();
  }
}
