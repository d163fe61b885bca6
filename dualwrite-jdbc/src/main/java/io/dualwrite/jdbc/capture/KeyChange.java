package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.UniqueKey;
import java.util.List;
import java.util.Set;

/** Whether a statement may change the columns that name a row in the journal. */
final class KeyChange {
  private static final Set<String> MANY_TEXTS = Set.of("citext", "numeric", "bpchar");

  private final WriteStatement statement;
  private final CapturedTable table;

  private KeyChange(WriteStatement statement, CapturedTable table) {
    this.statement = statement;
    this.table = table;
  }

  /** Whether one of {@code columns} may get another value in a row that is there. */
  static boolean in(WriteStatement statement, CapturedTable table, List<Column> columns) {
    List<Assignment> assignments = statement.allAssignments();
    if (assignments.isEmpty()) {
      return false;
    }
    KeyChange change = new KeyChange(statement, table);
    return columns.stream()
        .anyMatch(
            column ->
                !column.writable() || assignments.stream().anyMatch(a -> change.by(a, column)));
  }

  private boolean by(Assignment assignment, Column column) {
    return assignment.column().equals(column.name())
        && !toItself(assignment)
        && !(isEqualTextForEqual(column) && toWhatItConflictsOn(assignment));
  }

  /** Whether values that a unique index takes for equal have one text. */
  private static boolean isEqualTextForEqual(Column column) {
    return column.deterministicCollation() && !MANY_TEXTS.contains(column.baseType());
  }

  private boolean toItself(Assignment assignment) {
    TokenRun run = statement.run();
    return assignment.isColumn(run, assignment.column())
        || (assignment.isColumn(run, run.textOf(assignment.from()), assignment.column())
            && run.textOf(assignment.from()).equals(statement.target().reference()));
  }

  /**
   * {@code ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.id}: the row was found by that very value.
   */
  private boolean toWhatItConflictsOn(Assignment assignment) {
    return statement.onConflict().isPresent()
        && conflictColumns(statement.onConflict().get()).contains(assignment.column())
        && assignment.isColumn(statement.run(), "excluded", assignment.column());
  }

  private List<String> conflictColumns(OnConflict conflict) {
    return conflict
        .constraint()
        .flatMap(
            name ->
                table.table().uniqueKeys().stream()
                    .filter(key -> key.name().equals(name))
                    .findFirst())
        .map(UniqueKey::columns)
        .orElse(conflict.columns());
  }
}
