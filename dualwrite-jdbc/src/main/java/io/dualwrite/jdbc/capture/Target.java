package io.dualwrite.jdbc.capture;

/**
 * The table that a statement writes to.
 *
 * @param name its name
 * @param only whether {@code ONLY} stands before it
 * @param reference how expressions of the statement refer to it: its alias, else its name as
 *     written
 * @param next the index of the token after it and its alias
 */
record Target(Name name, boolean only, String reference, int next) {

  /** {@code [ONLY] name [*]} or {@code ONLY (name)}, without an alias. */
  static Target relation(TokenRun run, int index) {
    boolean only = run.is(index, "ONLY") && !run.is(index + 1, ".");
    boolean parenthesized = only && run.is(index + 1, "(");
    Name name = Name.read(run, index + (only ? 1 : 0) + (parenthesized ? 1 : 0));
    int next = parenthesized ? run.expect(name.next(), ")") : name.next();
    return new Target(name, only, name.written(), run.is(next, "*") ? next + 1 : next);
  }

  /** Reads {@code AS alias}, or an alias that is none of the keywords that may follow. */
  Target withAlias(TokenRun run, String... keywords) {
    int alias = run.is(next, "AS") ? next + 1 : next;
    boolean none = alias == next && (!run.get(next).isName() || run.isAny(next, keywords));
    if (none) {
      return this;
    }
    if (!run.get(alias).isName()) {
      throw new NotUnderstood("expected an alias");
    }
    return new Target(name, only, run.textOf(alias), alias + 1);
  }

  /** The table in a {@code FROM} list. */
  String relation() {
    return only ? "ONLY " + name.written() : name.written();
  }
}
