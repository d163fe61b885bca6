package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.capture.CapturePlan.Unmirrored;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the functions that a statement calls may do beside it.
 *
 * @param write a function that may write, if one is called
 * @param setsSession whether {@code set_config} is called
 */
record FunctionCalls(@Nullable Unmirrored write, boolean setsSession) {
  private static final FunctionCalls HARMLESS = new FunctionCalls(null, false);

  private static final Set<String> LARGE_OBJECT_WRITERS =
      Set.of(
          "lo_creat",
          "lo_create",
          "lo_export",
          "lo_from_bytea",
          "lo_import",
          "lo_open",
          "lo_put",
          "lo_truncate",
          "lo_truncate64",
          "lo_unlink",
          "lowrite");

  /** Words that a parenthesis may follow and that can be no function's name without quotes. */
  private static final Set<String> KEYWORDS =
      Set.of(
          "ALL",
          "AND",
          "ANY",
          "ARRAY",
          "AS",
          "BETWEEN",
          "CASE",
          "CAST",
          "CHECK",
          "COALESCE",
          "DISTINCT",
          "ELSE",
          "EXCEPT",
          "EXISTS",
          "EXTRACT",
          "FROM",
          "GREATEST",
          "GROUPING",
          "HAVING",
          "IN",
          "INTERSECT",
          "INTO",
          "LATERAL",
          "LEAST",
          "LIMIT",
          "NOT",
          "NULLIF",
          "OFFSET",
          "ON",
          "ONLY",
          "OR",
          "OVERLAY",
          "POSITION",
          "RETURNING",
          "ROW",
          "SELECT",
          "SOME",
          "SUBSTRING",
          "THEN",
          "TREAT",
          "TRIM",
          "UNION",
          "USING",
          "VALUES",
          "VARIADIC",
          "WHEN",
          "WHERE");

  /**
   * The calls before one index and from another on: a table's name and its columns between look
   * like a call.
   */
  static FunctionCalls around(TokenRun run, int before, int after, TableResolver tables)
      throws SQLException {
    FunctionCalls first = in(run, 0, before, tables);
    if (first.write != null) {
      return first;
    }
    FunctionCalls second = in(run, after, run.size(), tables);
    return new FunctionCalls(second.write, first.setsSession || second.setsSession);
  }

  /** The calls between two indexes. */
  static FunctionCalls in(TokenRun run, int from, int end, TableResolver tables)
      throws SQLException {
    boolean setsSession = false;
    for (int i = from; i < end; i++) {
      if (!run.is(i + 1, "(") || !run.get(i).isName() || isKeyword(run, i)) {
        continue;
      }
      String name = run.textOf(i).replace("\"", "").toLowerCase(Locale.ROOT);
      if (name.equals("set_config")) {
        setsSession = true;
      } else if (LARGE_OBJECT_WRITERS.contains(name)) {
        return new FunctionCalls(Refusals.largeObject(name), setsSession);
      } else {
        String written = qualified(run, i);
        if (tables.mayWrite(written)) {
          return new FunctionCalls(Refusals.function(written), setsSession);
        }
      }
    }
    return setsSession ? new FunctionCalls(null, true) : HARMLESS;
  }

  private static boolean isKeyword(TokenRun run, int index) {
    return KEYWORDS.contains(run.get(index).word()) && !run.is(index - 1, ".");
  }

  private static String qualified(TokenRun run, int last) {
    int first = last;
    while (run.is(first - 1, ".") && run.get(first - 2).isName()) {
      first -= 2;
    }
    return Name.read(run, first).written();
  }

  /** The plan for a statement that writes to no mirrored table itself. */
  CapturePlan otherwisePassThrough() {
    if (write != null) {
      return write;
    }
    return setsSession ? new CapturePlan.SessionChange() : new CapturePlan.PassThrough();
  }
}
