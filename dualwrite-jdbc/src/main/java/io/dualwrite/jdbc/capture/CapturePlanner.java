package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Turns the application's SQL text into what the wrapper does with it. Immutable and safe for use
 * by many threads; keeps nothing between calls: the caller caches plans.
 */
public final class CapturePlanner {
  private final String journalTable;
  private final WriteCapture writes;

  /**
   * A planner for one primary.
   *
   * @param journalSchema the schema of the control tables, not quoted
   * @param serverVersion the primary's {@code server_version_num}: 170011
   */
  public CapturePlanner(String journalSchema, int serverVersion) {
    this.journalTable = Identifiers.quote(journalSchema) + ".journal";
    this.writes = new WriteCapture(journalTable, serverVersion);
  }

  /**
   * The plan for one text. Never fails on a text that it does not understand; what the server would
   * refuse, it is left to refuse.
   *
   * @param sql the text as pgjdbc sees it: {@code ?} and {@code ??}, JDBC escapes; {@code
   *     standard_conforming_strings} is taken to be on
   * @param keys the generated keys asked for
   * @param tables what names mean on this connection
   * @param names asked only where labels of a {@code RETURNING} list cannot be told from the text
   * @throws SQLException as thrown by {@code tables} and {@code names}
   */
  public CapturePlan plan(String sql, RequestedKeys keys, TableResolver tables, ColumnNames names)
      throws SQLException {
    Optional<List<Token>> tokens = Lexer.tokens(sql);
    if (tokens.isEmpty()) {
      return Refusals.unknown();
    }
    List<TokenRun> statements = TokenRun.statements(sql, tokens.get());
    if (statements.size() == 1) {
      return new StatementPlanner(journalTable, writes, keys, true, tables, names)
          .plan(statements.get(0));
    }
    return SeveralStatements.combined(sql, planned(statements, keys, tables, names));
  }

  private List<SeveralStatements.Planned> planned(
      List<TokenRun> statements, RequestedKeys keys, TableResolver tables, ColumnNames names)
      throws SQLException {
    List<SeveralStatements.Planned> planned = new ArrayList<>(statements.size());
    for (TokenRun statement : statements) {
      NewTables noting = new NewTables(tables);
      CapturePlan plan =
          new StatementPlanner(journalTable, writes, keys, planned.isEmpty(), noting, names)
              .plan(statement);
      planned.add(new SeveralStatements.Planned(statement, plan, noting.met()));
    }
    return planned;
  }
}
