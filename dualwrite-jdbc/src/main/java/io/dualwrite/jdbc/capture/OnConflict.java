package io.dualwrite.jdbc.capture;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The {@code ON CONFLICT … DO UPDATE} of an insert.
 *
 * @param columns the plain columns of its target
 * @param constraint the constraint that is its target, as the catalog holds it
 * @param assignments what {@code SET} assigns
 * @param where the index of its {@code WHERE}; -1 if it has none
 */
record OnConflict(
    List<String> columns, Optional<String> constraint, List<Assignment> assignments, int where) {

  /**
   * Finds the clause between two indexes of an insert; empty if there is none or it does nothing.
   */
  static Optional<OnConflict> find(TokenRun run, int from, int end) {
    int at = end - 1;
    while (at >= from && !startsAt(run, at)) {
      at--;
    }
    if (at < from) {
      return Optional.empty();
    }
    int action = run.find(at + 2, end, "DO");
    if (run.is(action + 1, "NOTHING")) {
      return Optional.empty();
    }
    if (!run.are(action, "DO", "UPDATE", "SET")) {
      throw new NotUnderstood("expected DO UPDATE SET");
    }
    int where = run.find(action + 3, end, "WHERE");
    return Optional.of(
        new OnConflict(
            run.is(at + 2, "(") ? columns(run, at + 2) : List.of(),
            run.are(at + 2, "ON", "CONSTRAINT") && run.get(at + 4).isName()
                ? Optional.of(Name.folded(run, at + 4))
                : Optional.empty(),
            Assignment.list(run, action + 3, where),
            where == end ? -1 : where));
  }

  private static boolean startsAt(TokenRun run, int at) {
    return run.is(at, "ON")
        && run.is(at + 1, "CONFLICT")
        && run.find(at, at + 1, "ON") == at
        && (run.isAny(at + 2, "DO", "(") || run.are(at + 2, "ON", "CONSTRAINT"));
  }

  private static List<String> columns(TokenRun run, int open) {
    int close = run.closing(open);
    List<String> columns = new ArrayList<>();
    for (int i = open + 1; i < close; i++) {
      if (run.isAny(i - 1, "(", ",") && run.isAny(i + 1, ")", ",") && run.get(i).isName()) {
        columns.add(Name.folded(run, i));
      }
    }
    return columns;
  }
}
