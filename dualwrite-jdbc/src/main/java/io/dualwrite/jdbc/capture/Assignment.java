package io.dualwrite.jdbc.capture;

import java.util.ArrayList;
import java.util.List;

/**
 * A column that a {@code SET} list assigns.
 *
 * @param column the column as the catalog holds it
 * @param from where the expression starts that is its whole new value; no such expression if {@code
 *     from == to}
 * @param to the index after that expression
 */
record Assignment(String column, int from, int to) {

  /** The columns assigned by the {@code SET} list between two indexes. */
  static List<Assignment> list(TokenRun run, int from, int end) {
    List<Assignment> assignments = new ArrayList<>();
    for (int i = from; i < end || i == from; ) {
      int comma = run.comma(i, end);
      if (run.is(i, "(")) {
        several(run, i, comma, assignments);
      } else {
        assignments.add(one(run, i, comma));
      }
      i = comma + 1;
    }
    return assignments;
  }

  private static Assignment one(TokenRun run, int from, int end) {
    Name column = Name.read(run, from);
    int i = column.next();
    while (i < end && (run.is(i, "[") || run.is(i, "."))) {
      i = run.is(i, "[") ? run.closing(i) + 1 : i + 2;
    }
    i = run.expect(i, "=");
    boolean whole = column.parts() == 1 && i == column.next() + 1;
    // An assignment to column.field or column[1] starts with the column.
    return new Assignment(Name.folded(run, from), whole ? i : end, end);
  }

  private static void several(TokenRun run, int from, int end, List<Assignment> to) {
    int close = run.closing(from);
    run.expect(close + 1, "=");
    int i = from + 1;
    while (i < close) {
      if (!run.get(i).isName()) {
        throw new NotUnderstood("expected a column");
      }
      to.add(new Assignment(Name.folded(run, i), end, end));
      while (i < close && !(run.is(i, ",") && run.get(i).depth() == run.get(from).depth() + 1)) {
        i++;
      }
      i++;
    }
  }

  /** Whether the new value is just that column of that row: {@code EXCLUDED.id}. */
  boolean isColumn(TokenRun run, String qualifier, String name) {
    return to - from == 3
        && run.is(from + 1, ".")
        && isNamed(run, from, qualifier)
        && isNamed(run, from + 2, name);
  }

  /** Whether the new value is just that column, without a qualifier. */
  boolean isColumn(TokenRun run, String name) {
    return to - from == 1 && isNamed(run, from, name);
  }

  private static boolean isNamed(TokenRun run, int index, String name) {
    return run.get(index).isName() && Name.folded(run, index).equals(name);
  }
}
