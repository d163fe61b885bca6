package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.capture.CapturePlan.Captured;
import io.dualwrite.jdbc.capture.CapturePlan.PassThrough;
import io.dualwrite.jdbc.capture.CapturePlan.SchemaChange;
import io.dualwrite.jdbc.capture.CapturePlan.SessionChange;
import io.dualwrite.jdbc.capture.CapturePlan.Several;
import io.dualwrite.jdbc.capture.CapturePlan.TransactionControl;
import io.dualwrite.jdbc.capture.CapturePlan.Unmirrored;
import io.dualwrite.jdbc.schema.CapturedTable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One plan for a text of several statements. All are planned before the first runs: what is written
 * after a change of names or of the schema may not be what it was taken for, and is not captured.
 */
final class SeveralStatements {
  /** A statement, its plan, and whether it writes to a table that is not there yet. */
  record Planned(TokenRun run, CapturePlan plan, boolean writesToNew) {}

  private final String text;
  private final List<Planned> statements;
  private final List<CapturedPart> parts = new ArrayList<>();
  private final Set<TransactionControl> controls = new LinkedHashSet<>();
  private @Nullable SchemaChange schema;
  private @Nullable Unmirrored besides;
  private boolean changesNames;

  private record CapturedPart(int statement, Captured plan) {}

  private SeveralStatements(String text, List<Planned> statements) {
    this.text = text;
    this.statements = statements;
  }

  static CapturePlan combined(String text, List<Planned> statements) {
    SeveralStatements several = new SeveralStatements(text, statements);
    for (int i = 0; i < statements.size(); i++) {
      several.add(i, statements.get(i));
    }
    return several.plan();
  }

  private void add(int index, Planned statement) {
    CapturePlan plan = statement.plan();
    if (plan instanceof Captured captured) {
      if (changesNames || schema != null) {
        refuse(Refusals.several());
      } else {
        parts.add(new CapturedPart(index, captured));
        refuse(captured.besides());
        changesNames |= captured.triggersChangeNames();
      }
    } else if (plan instanceof Unmirrored unmirrored) {
      refuse(unmirrored);
    } else if (plan instanceof CapturePlan.Load) {
      refuse(Refusals.several());
    } else if (plan instanceof TransactionControl control) {
      controls.add(control);
    } else if (plan instanceof SessionChange) {
      changesNames = true;
    } else if (plan instanceof SchemaChange change) {
      schema = schema == null ? change : and(schema, change);
    } else if ((changesNames && mayWrite(statement.run()))
        || (schema != null && statement.writesToNew())) {
      refuse(Refusals.several());
    }
  }

  private void refuse(@Nullable Unmirrored why) {
    if (besides == null) {
      besides = why;
    }
  }

  private static SchemaChange and(SchemaChange one, SchemaChange other) {
    return new SchemaChange(
        one.createsTemporary() || other.createsTemporary(),
        one.touchesMirrored() || other.touchesMirrored(),
        one.ofSession() && other.ofSession());
  }

  private static boolean mayWrite(TokenRun run) {
    return run.isAny(0, "INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "COPY", "WITH");
  }

  private CapturePlan plan() {
    int kinds =
        (parts.isEmpty() && besides == null ? 0 : 1)
            + controls.size()
            + (changesNames ? 1 : 0)
            + (schema == null ? 0 : 1);
    if (kinds == 0) {
      return new PassThrough();
    }
    if (kinds > 1) {
      Captured captured = captured();
      return new Several(captured, !controls.isEmpty(), commits(), changesNames, schema, besides);
    }
    Captured captured = captured();
    if (captured != null) {
      return captured;
    }
    if (besides != null) {
      return besides;
    }
    if (schema != null) {
      return schema;
    }
    return changesNames ? new SessionChange() : controls.iterator().next();
  }

  private boolean commits() {
    return controls.stream()
        .anyMatch(
            control ->
                control.kind() == TransactionControl.Kind.COMMIT
                    || control.kind() == TransactionControl.Kind.TWO_PHASE);
  }

  /** The whole text, with those statements in their journaling form that can have it. */
  private @Nullable Captured captured() {
    List<CapturedPart> captured = new ArrayList<>(parts);
    if (!controls.isEmpty() && captured.removeIf(part -> needsStatementBefore(part.plan()))) {
      refuse(Refusals.several());
    }
    if (captured.isEmpty()) {
      return null;
    }
    StringBuilder journaling = new StringBuilder(text.length() + 256);
    Set<CapturedTable> tables = new LinkedHashSet<>();
    List<String> before = new ArrayList<>(0);
    int copied = 0;
    for (CapturedPart part : captured) {
      int from = cut(part.statement());
      int to = cut(part.statement() + 1);
      journaling.append(text, copied, from).append(rewritten(part, from, to));
      copied = to;
      tables.addAll(part.plan().tables());
      if (part.plan().before() != null && controls.isEmpty()) {
        before.add(part.plan().before());
      }
    }
    return new Captured(
        before.isEmpty() ? null : String.join("; ", before),
        journaling.append(text, copied, text.length()).toString(),
        null,
        List.copyOf(tables),
        besides,
        captured.get(0).plan().operation());
  }

  /** Where the fragment of a statement begins: each takes along what follows it. */
  private int cut(int statement) {
    if (statement == 0) {
      return 0;
    }
    return statement == statements.size()
        ? text.length()
        : statements.get(statement).run().startOf(0);
  }

  private String rewritten(CapturedPart part, int from, int to) {
    String before = part.plan().before();
    String whole = part.plan().journaling();
    if (before == null || controls.isEmpty()) {
      return whole.substring(from, whole.length() - (text.length() - to));
    }
    TokenRun run = statements.get(part.statement()).run();
    return text.substring(from, run.startOf(0))
        + TruncateCapture.block(before, run.ownText())
        + text.substring(run.endOf(run.size() - 1), to);
  }

  /**
   * Transactions that the text begins or ends leave no place for a statement before it. A {@code
   * TRUNCATE}, which has no parameters and returns nothing, can share a block with it.
   */
  private static boolean needsStatementBefore(Captured plan) {
    return plan.before() != null && plan.operation() != Captured.Operation.TRUNCATE;
  }
}
