package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.capture.CapturePlan.Captured;
import io.dualwrite.jdbc.capture.CapturePlan.PassThrough;
import io.dualwrite.jdbc.capture.CapturePlan.SchemaChange;
import io.dualwrite.jdbc.capture.CapturePlan.SessionChange;
import io.dualwrite.jdbc.capture.CapturePlan.Unmirrored;
import java.util.List;

/** One plan for a text of several statements, where one will do. */
final class SeveralStatements {
  private SeveralStatements() {}

  static CapturePlan combined(List<TokenRun> statements, List<CapturePlan> plans) {
    CapturePlan combined = new PassThrough();
    for (CapturePlan plan : plans) {
      if (plan instanceof Captured
          || plan instanceof Unmirrored
          || plan instanceof CapturePlan.Load) {
        return Refusals.several();
      }
      if (combined instanceof SchemaChange one && plan instanceof SchemaChange other) {
        combined =
            new SchemaChange(
                one.createsTemporary() || other.createsTemporary(),
                one.touchesMirrored() || other.touchesMirrored(),
                one.ofSession() && other.ofSession());
      } else if (combined instanceof PassThrough) {
        combined = plan;
      } else if (!(plan instanceof PassThrough) && !plan.equals(combined)) {
        return Refusals.several();
      }
    }
    boolean namesMayChange = combined instanceof SessionChange;
    return namesMayChange && statements.stream().anyMatch(SeveralStatements::mayWrite)
        ? Refusals.several()
        : combined;
  }

  private static boolean mayWrite(TokenRun run) {
    return run.isAny(0, "INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "COPY", "WITH");
  }
}
