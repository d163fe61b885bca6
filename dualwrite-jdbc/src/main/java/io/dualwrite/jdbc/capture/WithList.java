package io.dualwrite.jdbc.capture;

import java.util.ArrayList;
import java.util.List;

/** A {@code WITH} list in front of a statement. */
final class WithList {
  private WithList() {}

  /**
   * The index of the verb after the list that starts at an index; that index itself where no list
   * does.
   */
  static int end(TokenRun run, int with) {
    return read(run, with, new ArrayList<>(0));
  }

  /** Reads the list that leads a statement, if one does; the index of the verb after it. */
  static int read(TokenRun run, int with, List<WithQuery> queries) {
    if (!run.is(with, "WITH")) {
      return with;
    }
    int i = run.is(with + 1, "RECURSIVE") ? with + 2 : with + 1;
    while (true) {
      i = one(run, i, queries);
      if (!run.is(i, ",")) {
        return i;
      }
      i++;
    }
  }

  private static int one(TokenRun run, int name, List<WithQuery> queries) {
    if (!run.get(name).isName()) {
      throw new NotUnderstood("expected the name of a WITH query");
    }
    int i = name + 1;
    if (run.is(i, "(")) {
      i = run.closing(i) + 1;
    }
    i = run.expect(i, "AS");
    if (run.is(i, "NOT")) {
      i++;
    }
    if (run.is(i, "MATERIALIZED")) {
      i++;
    }
    run.expect(i, "(");
    int close = run.closing(i);
    queries.add(new WithQuery(name, i, close));
    i = close + 1;
    if (run.is(i, "SEARCH")) {
      i = run.find(i, run.size(), "SET") + 2;
    }
    if (run.is(i, "CYCLE")) {
      i = run.find(i, run.size(), "USING") + 2;
    }
    return i;
  }

  /** The tables that data-modifying queries between two indexes write to. */
  static List<Name> written(TokenRun run, int from, int end) {
    List<Name> written = new ArrayList<>(0);
    for (int i = from; i < end; i++) {
      if (run.are(i, "INSERT", "INTO")
          || run.are(i, "DELETE", "FROM")
          || run.are(i, "MERGE", "INTO")) {
        written.add(Target.relation(run, i + 2).name());
      } else if (run.is(i, "UPDATE") && startsUpdate(run, i)) {
        written.add(Target.relation(run, i + 1).name());
      }
    }
    return written;
  }

  private static boolean startsUpdate(TokenRun run, int update) {
    return run.get(update + 1).isName()
        && !run.isAny(update - 1, "FOR", "KEY", "DO", "ON", "AS", ".", ",")
        && !run.isAny(update + 1, "FROM", "OF", "SKIP", "NOWAIT");
  }
}
