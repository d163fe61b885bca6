package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.capture.CapturePlan.Captured;
import io.dualwrite.jdbc.capture.CapturePlan.Load;
import io.dualwrite.jdbc.capture.CapturePlan.Several;
import io.dualwrite.jdbc.capture.CapturePlan.Unmirrored;
import java.util.Set;

/**
 * Plans where triggers name the rows: the application's text runs as it is, and what is known of
 * the tables that it writes to tells only which to deliver.
 */
public final class SeenByTriggers {
  /** Why a statement's rows cannot be told from its text, which is of no matter to triggers. */
  private static final Set<String> NAMED =
      Set.of(
          "batch",
          "call",
          "copy",
          "cte",
          "do",
          "explain",
          "function",
          "key-change",
          "merge",
          "multiple",
          "name",
          "prepare",
          "privilege",
          "returning",
          "session",
          "strings",
          "unknown",
          "updatable-result-set",
          "view");

  private SeenByTriggers() {}

  /** The plan of a text, so that nothing is added to it. */
  public static CapturePlan plan(CapturePlan plan, String sql) {
    if (plan instanceof Captured captured) {
      return asWritten(captured, sql);
    }
    if (plan instanceof Load load) {
      return asWritten(load.asWrite(), sql);
    }
    if (plan instanceof Several several) {
      Captured captured = several.captured();
      return new Several(
          captured == null ? null : asWritten(captured, sql),
          several.controlsTransaction(),
          several.commits(),
          several.changesNames(),
          several.schema(),
          several.besides());
    }
    return plan;
  }

  private static Captured asWritten(Captured plan, String sql) {
    return new Captured(
        null, sql, null, plan.tables(), null, plan.besides(), plan.operation(), null);
  }

  /** Whether triggers see what such a statement writes. */
  public static boolean name(Unmirrored plan) {
    return NAMED.contains(plan.reason());
  }
}
