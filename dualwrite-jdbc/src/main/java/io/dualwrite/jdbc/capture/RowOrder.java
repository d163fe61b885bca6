package io.dualwrite.jdbc.capture;

import java.util.HashSet;
import java.util.Set;

/** By which columns of its one table a query orders its rows. */
final class RowOrder {
  private final TokenRun run;
  private final int from;

  private RowOrder(TokenRun run, int from) {
    this.run = run;
    this.from = from;
  }

  /**
   * The plain columns in the outermost {@code ORDER BY}, where each row of the answer is a row of
   * the one table after {@code FROM}; none where that cannot be told.
   */
  static Set<String> columns(TokenRun run) {
    int end = run.size();
    int from = run.find(0, end, "FROM");
    boolean combines =
        run.find(0, end, "UNION", "INTERSECT", "EXCEPT", "GROUP", "HAVING", "DISTINCT") < end;
    if (!run.is(0, "SELECT") || from == end || combines || !isOneTable(run, from)) {
      return Set.of();
    }
    return new RowOrder(run, from).read();
  }

  private static boolean isOneTable(TokenRun run, int from) {
    int end = run.find(from + 1, run.size(), "WHERE", "ORDER");
    if (!run.get(from + 1).isName()) {
      return false;
    }
    int next = Name.read(run, from + 1).next();
    int alias = run.is(next, "AS") ? next + 1 : next;
    return alias == end || (run.get(alias).isName() && alias + 1 == end);
  }

  private Set<String> read() {
    int order = run.find(from, run.size(), "ORDER");
    int end = run.find(order + 1, run.size(), "LIMIT", "OFFSET", "FETCH");
    Set<String> columns = new HashSet<>();
    int item = run.expect(order + 1, "BY");
    while (item < end) {
      int comma = run.comma(item, end);
      if (run.get(item).isName()) {
        Name name = Name.read(run, item);
        boolean plain = name.next() == comma || run.isAny(name.next(), "ASC", "DESC", "NULLS");
        if (plain && (name.parts() > 1 || !isLabel(name.last()))) {
          columns.add(name.last());
        }
      }
      item = comma + 1;
    }
    return columns;
  }

  /** Whether the select list may give that name to something else than the column. */
  private boolean isLabel(String name) {
    for (int i = 1; i < from; i++) {
      if (run.get(i).isName()
          && run.get(i).depth() == run.get(0).depth()
          && Name.folded(run, i).equals(name)) {
        boolean column =
            run.isAny(i - 1, "SELECT", "ALL", ",")
                || (run.is(i - 1, ".") && run.get(i - 2).isName());
        if (!column || run.isAny(i + 1, "(", ".")) {
          return true;
        }
      }
    }
    return false;
  }
}
