package io.dualwrite.jdbc.capture;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A statement that may write in several places: itself, and in the queries of its {@code WITH}
 * list.
 *
 * @param run its tokens
 * @param verb the index of its verb: 0 unless a {@code WITH} list leads
 * @param queries the queries of that list that write
 * @param outermost the statement itself, if it writes
 */
record WritingStatement(
    TokenRun run, int verb, List<QueryStatement> queries, Optional<WriteStatement> outermost) {
  private static final String[] VERBS = {"INSERT", "UPDATE", "DELETE", "MERGE"};

  /** A query of the list that writes, its indexes within the query. */
  record QueryStatement(WithQuery query, WriteStatement statement) {}

  static WritingStatement read(TokenRun run) {
    List<WithQuery> list = new ArrayList<>(0);
    int verb = WithList.read(run, 0, list);
    List<QueryStatement> queries = new ArrayList<>(list.size());
    for (WithQuery query : list) {
      TokenRun inner = run.slice(query.open() + 1, query.close());
      int innerVerb = WithList.end(inner, 0);
      if (inner.isAny(innerVerb, VERBS)) {
        queries.add(new QueryStatement(query, WriteStatement.read(inner, innerVerb)));
      }
    }
    return new WritingStatement(
        run,
        verb,
        queries,
        run.isAny(verb, VERBS) ? Optional.of(WriteStatement.read(run, verb)) : Optional.empty());
  }

  boolean writes() {
    return outermost.isPresent() || !queries.isEmpty();
  }
}
