package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.capture.CapturePlan.PassThrough;
import io.dualwrite.jdbc.capture.CapturePlan.SessionChange;
import io.dualwrite.jdbc.capture.CapturePlan.TransactionControl;
import io.dualwrite.jdbc.capture.CapturePlan.TransactionControl.Kind;
import java.util.Set;

/** Statements about the session and its transaction. */
final class SessionStatements {
  private static final Set<String> NAMING =
      Set.of("search_path", "role", "schema", "session_authorization");

  private SessionStatements() {}

  static CapturePlan set(TokenRun run) {
    boolean scoped = run.is(1, "LOCAL") || (run.is(1, "SESSION") && !run.isAny(2, "=", "TO"));
    int name = scoped ? 2 : 1;
    if (run.isAny(name, "AUTHORIZATION")) {
      return new SessionChange();
    }
    if (!run.get(name).isName()) {
      throw new NotUnderstood("expected a setting");
    }
    String setting = Name.folded(run, name);
    if (setting.equals("standard_conforming_strings")) {
      // What follows in the same text may read otherwise; later texts are looked at when they come.
      return new SessionChange();
    }
    return NAMING.contains(setting) ? new SessionChange() : new PassThrough();
  }

  static CapturePlan transaction(TokenRun run) {
    Kind kind =
        switch (run.get(0).word()) {
          case "BEGIN", "START" -> Kind.BEGIN;
          case "SAVEPOINT", "RELEASE" -> Kind.SAVEPOINT;
          case "PREPARE" -> Kind.TWO_PHASE;
          case "COMMIT", "END" -> run.is(1, "PREPARED") ? Kind.TWO_PHASE : Kind.COMMIT;
          default -> rollback(run);
        };
    return new TransactionControl(kind);
  }

  private static Kind rollback(TokenRun run) {
    if (run.is(1, "PREPARED")) {
      return Kind.TWO_PHASE;
    }
    return run.is(run.isAny(1, "WORK", "TRANSACTION") ? 2 : 1, "TO")
        ? Kind.SAVEPOINT
        : Kind.ROLLBACK;
  }
}
