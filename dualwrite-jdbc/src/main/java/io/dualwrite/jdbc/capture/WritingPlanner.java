package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.capture.CapturePlan.Captured;
import io.dualwrite.jdbc.capture.CapturePlan.Unmirrored;
import io.dualwrite.jdbc.capture.CaptureText.QueryWrite;
import io.dualwrite.jdbc.capture.FunctionCalls.Span;
import io.dualwrite.jdbc.capture.TableResolver.Relation;
import io.dualwrite.jdbc.capture.WritingStatement.QueryStatement;
import io.dualwrite.jdbc.schema.CapturedTable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Plans one statement that writes, itself or in its {@code WITH} list. Used once. */
final class WritingPlanner {
  private final String journalTable;
  private final WriteCapture capture;
  private final RequestedKeys keys;
  private final boolean firstOfText;
  private final TableResolver tables;
  private final ColumnNames names;

  private final List<QueryWrite> queries = new ArrayList<>(0);

  /** What no form of the statement can name row by row. */
  private final List<CapturedTable> whole = new ArrayList<>(0);

  private final List<Span> targets = new ArrayList<>(1);
  private @Nullable CapturedWrite outermost;
  private @Nullable Unmirrored refused;

  /**
   * An update of {@code pg_settings} sets what it names, the search path perhaps; so may triggers.
   */
  private boolean writesSettings;

  WritingPlanner(
      String journalTable,
      WriteCapture capture,
      RequestedKeys keys,
      boolean firstOfText,
      TableResolver tables,
      ColumnNames names) {
    this.journalTable = journalTable;
    this.capture = capture;
    this.keys = keys;
    this.firstOfText = firstOfText;
    this.tables = tables;
    this.names = names;
  }

  CapturePlan plan(WritingStatement statement) throws SQLException {
    TokenRun run = statement.run();
    Aliases aliases = Aliases.unlike(run);
    for (QueryStatement query : statement.queries()) {
      query(run, query, aliases.ofQuery(queries.size() + 1));
    }
    if (statement.outermost().isPresent()) {
      outermost(statement.outermost().get(), aliases);
    }
    FunctionCalls calls = FunctionCalls.of(run, targets, tables);
    if (writesSettings) {
      calls = calls.and(FunctionCalls.SETS_SESSION);
    }
    CaptureText text = new CaptureText(run, statement.verb(), queries, outermost);
    Set<CapturedTable> written = written();
    if (written.isEmpty()) {
      return refused == null ? calls.otherwisePassThrough() : refused;
    }
    Spliced journaling = text.journaling();
    return new Captured(
        whole.isEmpty() ? null : TruncateCapture.journalWhole(journalTable, whole),
        journaling.finish(),
        whole.isEmpty() ? text.returningKeys() : null,
        List.copyOf(written),
        sentKeys(statement),
        besides(calls),
        operation(statement),
        journaling.origins());
  }

  private @Nullable SentKeys sentKeys(WritingStatement statement) {
    return keys.equals(RequestedKeys.NONE)
            && whole.isEmpty()
            && queries.isEmpty()
            && outermost != null
            && statement.outermost().isPresent()
        ? SentKeys.of(journalTable, outermost.table(), statement.outermost().get())
        : null;
  }

  private void query(TokenRun run, QueryStatement query, Aliases alias) throws SQLException {
    WriteStatement statement = query.statement();
    int offset = query.query().open() + 1;
    CapturedTable table = mirrored(statement, offset);
    if (table == null || !capture.returnsRows(statement)) {
      // The server refuses a query that returns no rows where it could not.
      return;
    }
    String selected =
        run.textUpTo(query.query().close() + 1)
            + " SELECT * FROM "
            + run.textOf(query.query().name());
    WriteCapture.Decision decision =
        capture.query(statement, table, own -> names.of(selected), alias);
    if (decision.write() == null) {
      refuse(decision.refused());
    } else {
      queries.add(new QueryWrite(query.query(), decision.write()));
    }
  }

  private void outermost(WriteStatement statement, Aliases alias) throws SQLException {
    CapturedTable table = mirrored(statement, 0);
    if (table == null) {
      return;
    }
    DriverKeys driverKeys = DriverKeys.of(keys, statement.run(), firstOfText);
    if (!capture.returnsRows(statement) || (driverKeys.inVain() && !statement.returns())) {
      whole.add(table);
      return;
    }
    WriteCapture.Decision decision = capture.outermost(statement, table, driverKeys, names, alias);
    if (decision.write() == null) {
      refuse(decision.refused());
    } else {
      outermost = decision.write();
    }
  }

  private @Nullable CapturedTable mirrored(WriteStatement statement, int offset)
      throws SQLException {
    Target target = statement.target();
    targets.add(new Span(offset + statement.verb(), offset + target.next()));
    writesSettings |= target.name().last().equals("pg_settings");
    Relation relation = tables.resolve(target.name().written());
    if (relation instanceof Relation.Uncapturable uncapturable) {
      refuse(new Unmirrored(uncapturable.reason(), uncapturable.explanation()));
    }
    writesSettings |= relation instanceof Relation.NotMirrored other && other.triggersChangeNames();
    return relation instanceof Relation.Mirrored mirrored ? mirrored.table() : null;
  }

  private void refuse(@Nullable Unmirrored why) {
    if (refused == null) {
      refused = why;
    }
  }

  private @Nullable Unmirrored besides(FunctionCalls calls) {
    if (refused != null) {
      return refused;
    }
    return calls.write() == null && calls.setsSession() ? Refusals.session() : calls.write();
  }

  private Set<CapturedTable> written() {
    Set<CapturedTable> written = new LinkedHashSet<>();
    if (outermost != null) {
      written.add(outermost.table());
    }
    written.addAll(whole);
    queries.forEach(query -> written.add(query.write().table()));
    return written;
  }

  private Captured.Operation operation(WritingStatement statement) {
    WriteStatement first =
        outermost != null || !whole.isEmpty()
            ? statement.outermost().orElseThrow()
            : queries.get(0).write().statement();
    return Captured.Operation.valueOf(first.run().get(first.verb()).word());
  }
}
