package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.capture.CapturePlan.Captured;
import io.dualwrite.jdbc.capture.CapturePlan.Unmirrored;
import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Column;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides how an {@code INSERT}, {@code UPDATE} or {@code DELETE} of a mirrored table is captured.
 */
final class WriteCapture {
  private static final int RETURNS_OLD_ROWS = 180000;

  private final String journalTable;
  private final int serverVersion;

  WriteCapture(String journalTable, int serverVersion) {
    this.journalTable = journalTable;
    this.serverVersion = serverVersion;
  }

  CapturePlan plan(
      WriteStatement statement,
      CapturedTable table,
      RequestedKeys keys,
      ColumnNames names,
      @Nullable Unmirrored besides)
      throws SQLException {
    List<Column> columns =
        table.key().isEmpty() ? table.rangeColumn().map(List::of).orElse(List.of()) : table.key();
    OldKeys old = OldKeys.NONE;
    if (KeyChange.in(statement, table, columns)) {
      boolean ranges = table.key().isEmpty();
      boolean returnsOld = serverVersion >= RETURNS_OLD_ROWS;
      if (ranges && (!returnsOld || statement.isInsert())) {
        // The range that the row leaves is not known: the whole table is named.
        columns = List.of();
      } else if (returnsOld) {
        old = OldKeys.RETURNED;
      } else {
        old =
            statement.isInsert() || statement.scansOnlyItsTarget() ? OldKeys.NOTED : OldKeys.JOINED;
      }
    }
    Optional<Unmirrored> refused = refusal(statement, old, keys);
    if (refused.isPresent()) {
      return refused.get();
    }
    Returned returned = Returned.by(statement, table, keys, names);
    CaptureText text = new CaptureText(journalTable, statement, table, columns, old, returned);
    String verb = statement.run().get(statement.verb()).word();
    return new Captured(
        null,
        text.journaling(),
        text.returningKeys(),
        List.of(table),
        besides,
        Captured.Operation.valueOf(verb));
  }

  private static Optional<Unmirrored> refusal(
      WriteStatement statement, OldKeys old, RequestedKeys keys) {
    TokenRun run = statement.run();
    int list = statement.bodyEnd() + 1;
    if (run.is(list, "WITH") && run.is(list + 1, "(")) {
      return Optional.of(Refusals.returning());
    }
    if (old == OldKeys.RETURNED
        && namesOldRows(run, 0, statement.bodyEnd())
        && namesOldRows(run, list, run.size())) {
      return Optional.of(Refusals.returning());
    }
    boolean allColumns =
        statement.returns() ? ReturningLabels.hasBareStar(statement) : Returned.asksForAll(keys);
    if (old == OldKeys.JOINED
        && (statement.isAtCursor() || (statement.from() >= 0 && allColumns))) {
      return Optional.of(Refusals.keyChange(statement.target().name()));
    }
    return Optional.empty();
  }

  /** Whether {@code old} or {@code new} is named, in whatever case and quotes. */
  static boolean namesOldRows(TokenRun run, int from, int end) {
    for (int i = from; i < end; i++) {
      if (run.get(i).isName() && run.get(i).end() - run.get(i).start() <= 5) {
        String name = Name.folded(run, i);
        if (name.equals("old") || name.equals("new")) {
          return true;
        }
      }
    }
    return false;
  }
}
