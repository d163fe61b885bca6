package io.dualwrite.jdbc.capture;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A {@code WHEN … THEN …} of a {@code MERGE}.
 *
 * @param condition the index of the {@code AND} of its condition; -1 if it has none
 * @param then the index of its {@code THEN}
 * @param assignments what its {@code UPDATE SET} assigns; empty if it does something else
 */
record MergeClause(int condition, int then, List<Assignment> assignments) {

  /** The clauses between two indexes. */
  static List<MergeClause> list(TokenRun run, int from, int end) {
    List<MergeClause> clauses = new ArrayList<>(2);
    Set<String> unconditional = new HashSet<>();
    for (int when = next(run, from, end, "WHEN"); when < end; ) {
      int then = next(run, when + 1, end, "THEN");
      int following = next(run, then, end, "WHEN");
      int condition = run.find(when, then, "AND");
      String kind = kind(run, when);
      if (then == end || !unconditional.isEmpty() && unconditional.contains(kind)) {
        // The server refuses a clause that cannot be reached.
        throw new NotUnderstood("expected THEN");
      }
      if (condition == then) {
        unconditional.add(kind);
      }
      clauses.add(
          new MergeClause(condition == then ? -1 : condition, then, set(run, then, following)));
      when = following;
    }
    if (clauses.isEmpty()) {
      throw new NotUnderstood("expected WHEN");
    }
    return clauses;
  }

  private static String kind(TokenRun run, int when) {
    if (run.is(when + 1, "MATCHED")) {
      return "matched";
    }
    if (!run.are(when + 1, "NOT", "MATCHED")) {
      throw new NotUnderstood("expected MATCHED");
    }
    return run.are(when + 3, "BY", "SOURCE") ? "source" : "target";
  }

  private static List<Assignment> set(TokenRun run, int then, int end) {
    return run.are(then + 1, "UPDATE", "SET") ? Assignment.list(run, then + 3, end) : List.of();
  }

  /** The next such word that belongs to no {@code CASE}. */
  private static int next(TokenRun run, int from, int end, String word) {
    int cases = 0;
    for (int i = run.find(from, end, "CASE", "END", word);
        i < end;
        i = run.find(i + 1, end, "CASE", "END", word)) {
      if (run.is(i, "CASE")) {
        cases++;
      } else if (run.is(i, "END")) {
        cases--;
      } else if (cases == 0) {
        return i;
      }
    }
    return end;
  }
}
