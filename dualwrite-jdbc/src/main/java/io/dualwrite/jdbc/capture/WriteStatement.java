package io.dualwrite.jdbc.capture;

import java.util.List;
import java.util.Optional;

/**
 * An {@code INSERT}, {@code UPDATE}, {@code DELETE} or {@code MERGE}, its clauses by the index of
 * their keyword.
 *
 * @param run its tokens, those of a leading {@code WITH} list included
 * @param verb its verb's index: 0 unless a {@code WITH} list leads
 * @param target the table that it writes to
 * @param assignments what the {@code SET} of an update assigns
 * @param setEnd the index after the {@code SET} list of an update
 * @param from the index of {@code FROM} or {@code USING}; -1 if there is none
 * @param where the index of the {@code WHERE} of an update or delete; -1 if there is none
 * @param bodyEnd the index after the statement without its {@code RETURNING}
 * @param onConflict the {@code ON CONFLICT DO UPDATE} of an insert
 * @param clauses the clauses of a merge
 */
record WriteStatement(
    TokenRun run,
    int verb,
    Target target,
    List<Assignment> assignments,
    int setEnd,
    int from,
    int where,
    int bodyEnd,
    Optional<OnConflict> onConflict,
    List<MergeClause> clauses) {

  /** Reads the statement whose verb stands at an index. */
  static WriteStatement read(TokenRun run, int verb) {
    return switch (run.get(verb).word()) {
      case "INSERT" -> insert(run, verb);
      case "UPDATE" -> update(run, verb);
      case "DELETE" -> delete(run, verb);
      case "MERGE" -> merge(run, verb);
      default -> throw new NotUnderstood("expected a verb");
    };
  }

  private static WriteStatement insert(TokenRun run, int verb) {
    Name name = Name.read(run, run.expect(verb + 1, "INTO"));
    boolean alias = run.is(name.next(), "AS");
    if (alias && !run.get(name.next() + 1).isName()) {
      throw new NotUnderstood("expected an alias");
    }
    Target target =
        alias
            ? new Target(name, false, run.textOf(name.next() + 1), name.next() + 2)
            : new Target(name, false, name.written(), name.next());
    if (!run.isAny(
        target.next(), "(", "DEFAULT", "VALUES", "SELECT", "WITH", "TABLE", "OVERRIDING")) {
      throw new NotUnderstood("expected what to insert");
    }
    int end = run.find(target.next(), run.size(), "RETURNING");
    Optional<OnConflict> onConflict = OnConflict.find(run, target.next(), end);
    return new WriteStatement(run, verb, target, List.of(), -1, -1, -1, end, onConflict, List.of());
  }

  private static WriteStatement update(TokenRun run, int verb) {
    Target target = Target.relation(run, verb + 1).withAlias(run, "SET");
    int set = run.expect(target.next(), "SET");
    int end = run.find(set, run.size(), "RETURNING");
    int where = run.find(set, end, "WHERE");
    int from = run.find(set, where, "FROM");
    List<Assignment> assignments = Assignment.list(run, set, from);
    return new WriteStatement(
        run,
        verb,
        target,
        assignments,
        from,
        orNone(from, where),
        orNone(where, end),
        end,
        Optional.empty(),
        List.of());
  }

  private static WriteStatement delete(TokenRun run, int verb) {
    Target target =
        Target.relation(run, run.expect(verb + 1, "FROM"))
            .withAlias(run, "USING", "WHERE", "RETURNING");
    int end = run.find(target.next(), run.size(), "RETURNING");
    int where = run.find(target.next(), end, "WHERE");
    int using = run.find(target.next(), where, "USING");
    if (target.next() < where && using != target.next()) {
      throw new NotUnderstood("expected USING or WHERE");
    }
    return new WriteStatement(
        run,
        verb,
        target,
        List.of(),
        -1,
        orNone(using, where),
        orNone(where, end),
        end,
        Optional.empty(),
        List.of());
  }

  private static WriteStatement merge(TokenRun run, int verb) {
    Target target = Target.relation(run, run.expect(verb + 1, "INTO")).withAlias(run, "USING");
    int using = run.expect(target.next(), "USING") - 1;
    int end = run.find(using, run.size(), "RETURNING");
    List<MergeClause> clauses = MergeClause.list(run, using, end);
    return new WriteStatement(
        run, verb, target, List.of(), -1, using, -1, end, Optional.empty(), clauses);
  }

  private static int orNone(int index, int end) {
    return index < end ? index : -1;
  }

  boolean isInsert() {
    return run.is(verb, "INSERT");
  }

  boolean isMerge() {
    return !clauses.isEmpty();
  }

  /** Whether the application wrote {@code RETURNING}. */
  boolean returns() {
    return bodyEnd < run.size();
  }

  /** Whether the row is that of a cursor, a condition that cannot be combined with others. */
  boolean isAtCursor() {
    return where >= 0 && run.are(where + 1, "CURRENT", "OF");
  }

  /**
   * Whether the rows that it updates come straight out of a scan of its table: no {@code FROM}, no
   * cursor, no subquery in {@code WHERE} that the server may turn into a join.
   */
  boolean scansOnlyItsTarget() {
    if (from >= 0 || isAtCursor()) {
      return false;
    }
    for (int i = where; i >= 0 && i < bodyEnd; i++) {
      if (run.isAny(i, "SELECT", "VALUES", "TABLE", "WITH")) {
        return false;
      }
    }
    return true;
  }

  /**
   * What it assigns to rows that are there: by {@code SET}, by that of {@code DO UPDATE}, or by
   * those of a merge.
   */
  List<Assignment> allAssignments() {
    if (isMerge()) {
      return clauses.stream().flatMap(clause -> clause.assignments().stream()).toList();
    }
    return onConflict.map(OnConflict::assignments).orElse(assignments);
  }
}
