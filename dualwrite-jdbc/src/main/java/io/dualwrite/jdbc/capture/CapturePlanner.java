package io.dualwrite.jdbc.capture;

import java.sql.SQLException;

/**
 * Turns the application's SQL text into what the wrapper does with it. Immutable and safe for use
 * by many threads; keeps nothing between calls: the caller caches plans.
 */
public final class CapturePlanner {
  private final String journalTable;
  private final int serverVersion;

  /**
   * A planner for one primary.
   *
   * @param journalSchema the schema of the control tables, not quoted
   * @param serverVersion the primary's {@code server_version_num}: 170011
   */
  public CapturePlanner(String journalSchema, int serverVersion) {
    this.journalTable = io.dualwrite.jdbc.schema.Identifiers.quote(journalSchema) + ".journal";
    this.serverVersion = serverVersion;
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
    return new CapturePlan.Unmirrored("unknown", "Not understood: " + journalTable + serverVersion);
  }
}
