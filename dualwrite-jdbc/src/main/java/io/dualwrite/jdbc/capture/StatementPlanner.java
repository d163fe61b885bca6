package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.capture.CapturePlan.Captured;
import io.dualwrite.jdbc.capture.CapturePlan.PassThrough;
import io.dualwrite.jdbc.capture.CapturePlan.SchemaChange;
import io.dualwrite.jdbc.capture.CapturePlan.SessionChange;
import io.dualwrite.jdbc.capture.CapturePlan.Unmirrored;
import io.dualwrite.jdbc.capture.TableResolver.Relation;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Plans single statements by their first words. */
final class StatementPlanner {
  private final String journalTable;
  private final WriteCapture writes;
  private final RequestedKeys keys;
  private final boolean firstOfText;
  private final TableResolver tables;
  private final ColumnNames names;

  StatementPlanner(
      String journalTable,
      WriteCapture writes,
      RequestedKeys keys,
      boolean firstOfText,
      TableResolver tables,
      ColumnNames names) {
    this.journalTable = journalTable;
    this.writes = writes;
    this.keys = keys;
    this.firstOfText = firstOfText;
    this.tables = tables;
    this.names = names;
  }

  /** The plan for one statement; unknown where it is not understood. */
  CapturePlan plan(TokenRun run) throws SQLException {
    try {
      return byFirstWord(run);
    } catch (NotUnderstood e) {
      return Refusals.unknown();
    }
  }

  private CapturePlan byFirstWord(TokenRun run) throws SQLException {
    return switch (run.get(0).word()) {
      case "SELECT", "VALUES", "TABLE", "DECLARE" -> read(run);
      case "(" -> parenthesized(run);
      case "WITH" -> writing(run);
      case "INSERT", "UPDATE", "DELETE", "MERGE" -> writing(run);
      case "TRUNCATE" -> TruncateCapture.plan(run, journalTable, tables);
      case "COPY" -> copy(run);
      case "CALL" -> Refusals.call("CALL");
      case "{" -> callEscape(run);
      case "DO" -> Refusals.anonymousBlock();
      case "EXPLAIN" -> explain(run);
      case "EXECUTE" -> Refusals.prepare();
      case "PREPARE" ->
          run.is(1, "TRANSACTION") ? SessionStatements.transaction(run) : Refusals.prepare();
      case "SET" -> SessionStatements.set(run);
      case "RESET", "DISCARD" -> new SessionChange();
      case "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE" ->
          SessionStatements.transaction(run);
      case "CREATE" -> create(run);
      case "ALTER" ->
          run.isAny(1, "SYSTEM", "DATABASE", "ROLE", "USER", "GROUP")
              ? new PassThrough()
              : SchemaStatements.alter(run, tables);
      case "DROP" -> SchemaStatements.drop(run, tables);
      // Privileges decide what can be captured.
      case "GRANT", "IMPORT", "REVOKE" -> new SchemaChange(false, false, false);
      case "ANALYSE",
          "ANALYZE",
          "CHECKPOINT",
          "CLOSE",
          "CLUSTER",
          "COMMENT",
          "DEALLOCATE",
          "FETCH",
          "LISTEN",
          "LOAD",
          "LOCK",
          "MOVE",
          "NOTIFY",
          "REASSIGN",
          "REFRESH",
          "REINDEX",
          "SECURITY",
          "SHOW",
          "UNLISTEN",
          "VACUUM" ->
          new PassThrough();
      default -> Refusals.unknown();
    };
  }

  private CapturePlan parenthesized(TokenRun run) throws SQLException {
    int first = run.pastParentheses(0);
    if (!run.isAny(first, "SELECT", "VALUES", "TABLE", "WITH")) {
      return Refusals.unknown();
    }
    return run.is(first, "WITH") ? parenthesizedWith(run, first) : read(run);
  }

  /**
   * A query that writes in its {@code WITH} list, and around it nothing but an order or a limit:
   * where more stands there, the server refuses it, or it is not followed.
   */
  private CapturePlan parenthesizedWith(TokenRun run, int first) throws SQLException {
    int close = run.closing(first - 1);
    WritingStatement statement = WritingStatement.read(run.slice(first, close));
    boolean simple =
        statement.writes()
            && statement.outermost().isEmpty()
            && WithList.written(run, close, run.size()).isEmpty()
            && FunctionCalls.in(run, close, run.size(), tables).isHarmless();
    return simple
        ? new WritingPlanner(journalTable, writes, keys, firstOfText, tables, names).plan(statement)
        : read(run);
  }

  private CapturePlan read(TokenRun run) throws SQLException {
    Optional<Unmirrored> written = written(run, 0, run.size(), Refusals::cte);
    if (written.isPresent()) {
      return written.get();
    }
    FunctionCalls calls = FunctionCalls.in(run, 0, run.size(), tables);
    for (int i = 1; i < run.size(); i++) {
      if (run.is(i, "INTO")
          && !run.isAny(i - 1, "AS", ".", "INSERT", "MERGE")
          && calls.write() == null) {
        return selectInto(run, i + 1);
      }
    }
    return calls.otherwisePassThrough();
  }

  private CapturePlan selectInto(TokenRun run, int table) throws SQLException {
    if (run.isAny(table, "TEMP", "TEMPORARY", "LOCAL")) {
      return new SchemaChange(true, false, false);
    }
    int name = table;
    while (run.isAny(name, "UNLOGGED", "TABLE")) {
      name++;
    }
    return created(run, name, new SchemaChange(false, false, false));
  }

  /** A table that is filled as it is created. */
  private CapturePlan created(TokenRun run, int name, SchemaChange change) throws SQLException {
    Name table = Name.read(run, name);
    return tables.wouldMirror(table.written()) ? Refusals.createAs(table) : change;
  }

  /** A statement that writes, itself or in its {@code WITH} list. */
  private CapturePlan writing(TokenRun run) throws SQLException {
    WritingStatement statement = WritingStatement.read(run);
    if (!statement.writes()) {
      return run.isAny(statement.verb(), "SELECT", "VALUES", "TABLE", "(")
          ? read(run)
          : Refusals.unknown();
    }
    return new WritingPlanner(journalTable, writes, keys, firstOfText, tables, names)
        .plan(statement);
  }

  private CapturePlan copy(TokenRun run) throws SQLException {
    if (run.is(1, "(")) {
      Optional<Unmirrored> written = written(run, 2, run.closing(1), Refusals::copy);
      return written.isPresent()
          ? written.get()
          : FunctionCalls.in(run, 1, run.size(), tables).otherwisePassThrough();
    }
    boolean binary = run.is(1, "BINARY") && run.get(2).isName() && !run.isAny(2, "FROM", "TO");
    Name table = Name.read(run, binary ? 2 : 1);
    int direction = run.is(table.next(), "(") ? run.closing(table.next()) + 1 : table.next();
    if (run.is(direction, "TO")) {
      return new PassThrough();
    }
    int source = run.expect(direction, "FROM");
    Relation relation = tables.resolve(table.written());
    if (relation instanceof Relation.Mirrored mirrored && run.is(source, "STDIN")) {
      boolean listed = run.is(table.next(), "(");
      return new CapturePlan.Load(
          journalTable,
          mirrored.table(),
          listed
              ? Optional.of(LoadStatement.columns(run, table.next(), direction - 1))
              : Optional.empty(),
          LoadStatement.format(run, source + 1, binary));
    }
    Optional<Unmirrored> refused = refusal(table, Refusals::copy);
    return refused.isPresent() ? refused.get() : new PassThrough();
  }

  /** {@code {call p(?)}} and {@code {? = call f(?)}}. */
  private CapturePlan callEscape(TokenRun run) throws SQLException {
    int call = run.get(1).kind() == Token.Kind.PARAMETER && run.is(2, "=") ? 3 : 1;
    if (!run.is(call, "CALL")) {
      return Refusals.call("{…}");
    }
    Name called = Name.read(run, call + 1);
    FunctionCalls inside = FunctionCalls.in(run, call + 1, run.size(), tables);
    // Without parentheses it is a call all the same.
    return inside.write() == null && tables.mayWrite(called.written())
        ? Refusals.function(called.written())
        : inside.otherwisePassThrough();
  }

  private CapturePlan explain(TokenRun run) throws SQLException {
    boolean analyzes = false;
    int i = 1;
    if (run.is(1, "(") && !run.isAny(run.pastParentheses(1), "SELECT", "VALUES", "TABLE", "WITH")) {
      i = run.closing(1) + 1;
      for (int option = 2; option < i; option++) {
        if (run.isAny(option, "ANALYZE", "ANALYSE")) {
          analyzes = !isFalse(run.textOf(option + 1));
        }
      }
    }
    while (run.isAny(i, "ANALYZE", "ANALYSE", "VERBOSE")) {
      analyzes |= !run.is(i++, "VERBOSE");
    }
    if (!analyzes) {
      return new PassThrough();
    }
    TokenRun explained = run.from(i);
    CapturePlan plan = explained.is(0, "EXPLAIN") ? Refusals.unknown() : plan(explained);
    return plan instanceof Captured || plan instanceof Unmirrored ? Refusals.explain() : plan;
  }

  /** An option's value as the server reads it. */
  private static boolean isFalse(String value) {
    return Set.of("false", "off", "0")
        .contains(value.replaceAll("['\"]", "").toLowerCase(Locale.ROOT));
  }

  private CapturePlan create(TokenRun run) throws SQLException {
    int query = SchemaStatements.query(run);
    if (query >= 0) {
      TokenRun source = run.from(query);
      if (source.is(0, "EXECUTE")) {
        return Refusals.prepare();
      }
      if (read(source) instanceof Unmirrored unmirrored) {
        return unmirrored;
      }
    }
    SchemaChange change = SchemaStatements.create(run, tables);
    int table = query < 0 || change.createsTemporary() ? -1 : SchemaStatements.filledTable(run);
    return table < 0 ? change : created(run, table, change);
  }

  /**
   * Why the first table that data-modifying queries between two indexes write to cannot be
   * captured.
   */
  private Optional<Unmirrored> written(
      TokenRun run, int from, int end, Function<Name, Unmirrored> because) throws SQLException {
    for (Name table : WithList.written(run, from, end)) {
      Optional<Unmirrored> refused = refusal(table, because);
      if (refused.isPresent()) {
        return refused;
      }
    }
    return Optional.empty();
  }

  private Optional<Unmirrored> refusal(Name table, Function<Name, Unmirrored> because)
      throws SQLException {
    Relation relation = tables.resolve(table.written());
    if (relation instanceof Relation.Uncapturable uncapturable) {
      return Optional.of(new Unmirrored(uncapturable.reason(), uncapturable.explanation()));
    }
    return relation instanceof Relation.Mirrored
        ? Optional.of(because.apply(table))
        : Optional.empty();
  }
}
