package io.dualwrite.jdbc.capture;

import java.util.List;
import java.util.Optional;

/** By what name the server calls a statement in its messages. */
public final class CommandTag {
  private CommandTag() {}

  /**
   * That of a text's only statement that reads or writes rows; empty if there are several, or none.
   */
  public static Optional<String> of(String sql) {
    List<TokenRun> statements =
        Lexer.tokens(sql).map(tokens -> TokenRun.statements(sql, tokens)).orElse(List.of());
    if (statements.size() != 1) {
      return Optional.empty();
    }
    TokenRun run = statements.get(0);
    int verb = 0;
    if (run.is(0, "WITH")) {
      // What follows the list of queries; one of them may bear any of these names.
      do {
        verb = run.find(verb + 1, run.size(), "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE");
      } while (verb < run.size() && !run.is(verb - 1, ")"));
    }
    if (run.is(verb, "TRUNCATE")) {
      return Optional.of("TRUNCATE TABLE");
    }
    for (String tag : List.of("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE")) {
      if (run.is(verb, tag)) {
        return Optional.of(tag);
      }
    }
    return Optional.empty();
  }
}
