package io.dualwrite.jdbc.capture;

import java.util.List;
import java.util.Optional;

/** By what name the server calls a statement in its messages. */
public final class CommandTag {
  private static final String[] VERBS = {"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"};
  private static final String[] WRITES = {"INSERT", "UPDATE", "DELETE", "MERGE"};

  private CommandTag() {}

  /** That of the first statement of a text that writes rows; empty if none is seen to. */
  public static Optional<String> ofFirstWrite(String sql) {
    List<TokenRun> statements =
        Lexer.tokens(sql).map(tokens -> TokenRun.statements(sql, tokens)).orElse(List.of());
    for (TokenRun statement : statements) {
      Optional<String> tag = ofWrite(statement);
      if (tag.isPresent()) {
        return tag;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> ofWrite(TokenRun run) {
    if (run.is(0, "TRUNCATE")) {
      return Optional.of("TRUNCATE TABLE");
    }
    if (!run.is(0, "WITH")) {
      return run.isAny(0, WRITES) ? Optional.of(run.get(0).word()) : Optional.empty();
    }
    int verb = 0;
    do {
      // What follows the list of queries; one of them may bear any of these names.
      verb = run.find(verb + 1, run.size(), VERBS);
    } while (verb < run.size() && !run.is(verb - 1, ")"));
    boolean writes = run.isAny(verb, WRITES);
    for (int i = 0; !writes && i < verb; i++) {
      writes = run.is(i, "(") && run.isAny(i + 1, WRITES);
    }
    return writes && verb < run.size() ? Optional.of(run.get(verb).word()) : Optional.empty();
  }
}
