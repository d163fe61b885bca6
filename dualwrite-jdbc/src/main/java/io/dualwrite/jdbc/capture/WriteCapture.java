package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.capture.CapturePlan.Unmirrored;
import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Column;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides how a write to a mirrored table is captured. */
final class WriteCapture {
  private static final int RETURNS_OLD_ROWS = 180000;
  private static final int MERGE_RETURNS = 170000;

  private final String journalTable;
  private final int serverVersion;

  WriteCapture(String journalTable, int serverVersion) {
    this.journalTable = journalTable;
    this.serverVersion = serverVersion;
  }

  /** A captured write, or why it cannot be captured; exactly one of them is there. */
  record Decision(@Nullable CapturedWrite write, @Nullable Unmirrored refused) {}

  /** Whether the statement can return rows on this server; a {@code MERGE} before 17 cannot. */
  boolean returnsRows(WriteStatement statement) {
    return !statement.isMerge() || serverVersion >= MERGE_RETURNS;
  }

  /** Of the outermost statement. */
  Decision outermost(
      WriteStatement statement,
      CapturedTable table,
      DriverKeys keys,
      ColumnNames names,
      Aliases alias)
      throws SQLException {
    Naming naming = naming(statement, table);
    Optional<Unmirrored> refused = refusal(statement, naming.old(), keys.all());
    return refused.isPresent()
        ? new Decision(null, refused.get())
        : captured(statement, table, naming, Returned.by(statement, table, keys, names), alias);
  }

  /** Of a query in a {@code WITH} list. */
  Decision query(WriteStatement statement, CapturedTable table, ColumnNames names, Aliases alias)
      throws SQLException {
    Naming naming = naming(statement, table);
    Optional<Unmirrored> refused = refusal(statement, naming.old(), false);
    return refused.isPresent()
        ? new Decision(null, refused.get())
        : captured(statement, table, naming, Returned.within(statement, table, names), alias);
  }

  private Decision captured(
      WriteStatement statement,
      CapturedTable table,
      Naming naming,
      Returned returned,
      Aliases alias) {
    return new Decision(
        new CapturedWrite(
            journalTable, statement, table, naming.columns(), naming.old(), returned, alias),
        null);
  }

  /** The columns that name a row, and how to have those that it had before. */
  private record Naming(List<Column> columns, OldKeys old) {}

  private Naming naming(WriteStatement statement, CapturedTable table) {
    List<Column> columns =
        table.key().isEmpty() ? table.rangeColumn().map(List::of).orElse(List.of()) : table.key();
    if (!KeyChange.in(statement, table, columns)) {
      return new Naming(columns, OldKeys.NONE);
    }
    boolean returnsOld = serverVersion >= RETURNS_OLD_ROWS;
    if (table.key().isEmpty() && (!returnsOld || statement.isInsert() || statement.isMerge())) {
      // The range that the row leaves is not known: the whole table is named.
      return new Naming(List.of(), OldKeys.NONE);
    }
    if (returnsOld) {
      return new Naming(columns, OldKeys.RETURNED);
    }
    boolean oneByOne =
        statement.isInsert() || statement.isMerge() || statement.scansOnlyItsTarget();
    return new Naming(columns, oneByOne ? OldKeys.NOTED : OldKeys.JOINED);
  }

  private static Optional<Unmirrored> refusal(
      WriteStatement statement, OldKeys old, boolean allKeys) {
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
    boolean allColumns = statement.returns() ? ReturningLabels.hasBareStar(statement) : allKeys;
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
