package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.capture.CapturePlan.Unmirrored;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the functions that a statement calls may do beside it.
 *
 * @param write a function that may write, if one is called
 * @param setsSession whether {@code set_config} is called, or what may change what names mean
 */
record FunctionCalls(@Nullable Unmirrored write, boolean setsSession) {
  /** What is found where nothing but the session is set. */
  static final FunctionCalls SETS_SESSION = new FunctionCalls(null, true);

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
   * The calls of a whole statement but for the names of the tables that it writes to: with the
   * columns after them these look like calls.
   */
  static FunctionCalls of(TokenRun run, List<Span> written, TableResolver tables)
      throws SQLException {
    FunctionCalls all = HARMLESS;
    int from = 0;
    for (Span name : written) {
      all = all.and(in(run, from, name.from(), tables));
      from = name.end();
    }
    return all.and(in(run, from, run.size(), tables));
  }

  /** The tokens between two indexes. */
  record Span(int from, int end) {}

  /** Both. */
  FunctionCalls and(FunctionCalls more) {
    return new FunctionCalls(write == null ? more.write : write, setsSession || more.setsSession);
  }

  /** The calls between two indexes. */
  static FunctionCalls in(TokenRun run, int from, int end, TableResolver tables)
      throws SQLException {
    boolean setsSession = false;
    for (int i = from; i < end; i++) {
      if (!run.get(i).isName() || isKeyword(run, i)) {
        continue;
      }
      if (!run.is(i + 1, "(")) {
        if (run.is(i - 1, ".") && tables.mayWriteAsAttribute(Name.folded(run, i))) {
          return new FunctionCalls(Refusals.function(run.textOf(i)), setsSession);
        }
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
        setsSession |= tables.mayChangeNames(written);
      }
    }
    return setsSession ? SETS_SESSION : HARMLESS;
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

  boolean isHarmless() {
    return write == null && !setsSession;
  }

  /** The plan for a statement that writes to no mirrored table itself. */
  CapturePlan otherwisePassThrough() {
    if (write != null) {
      return write;
    }
    return setsSession ? new CapturePlan.SessionChange() : new CapturePlan.PassThrough();
  }
}
