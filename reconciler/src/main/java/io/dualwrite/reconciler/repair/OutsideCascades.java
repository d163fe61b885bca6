package io.dualwrite.reconciler.repair;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.DeleteAction;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.reconciler.checksum.ComparedTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Rows of the target of which nobody knows what they should be and that a delete would take along
 * or change by {@code ON DELETE CASCADE}, {@code SET NULL} or {@code SET DEFAULT}: those of tables
 * that are not mirrored, or have no key.
 */
public final class OutsideCascades {
  private OutsideCascades() {}

  /**
   * Why nothing may be deleted from a table; empty if it may. Within the running transaction on the
   * target.
   *
   * @param lane the table's
   */
  public static Optional<String> problem(Connection target, ComparedTable table, Lane lane)
      throws SQLException {
    for (DeleteAction action : DeleteAction.of(target, table.pair().on(Side.TARGET).name())) {
      if (!isLookedAt(action, lane) && action.hasRows(target)) {
        return Optional.of(
            "extra rows are not deleted: rows of "
                + action.table()
                + ", which is not compared by key, "
                + action.does());
      }
    }
    return Optional.empty();
  }

  /** Whether the copying itself looks at the rows first. */
  private static boolean isLookedAt(DeleteAction action, Lane lane) {
    return !action.inherited()
        && lane.tables().stream()
            .filter(t -> !t.key().isEmpty())
            .map(t -> t.on(Side.TARGET))
            .filter(t -> t.name().equals(action.table()))
            .flatMap(t -> t.foreignKeys().stream())
            .anyMatch(k -> k.name().equals(action.constraint()) && k.onDelete() == action.action());
  }

  /**
   * Why a table must not be replaced as a whole, which deletes all of its rows; empty if it may be.
   */
  public static Optional<String> ofReplacement(Connection target, ComparedTable table)
      throws SQLException {
    return DeleteAction.ofAll(target, table.pair().on(Side.TARGET).name())
        .map(
            action ->
                "has no key and is replaced whole: rows of "
                    + action.table()
                    + " "
                    + action.does()
                    + ". Drop that foreign key for as long as the repair takes");
  }
}
