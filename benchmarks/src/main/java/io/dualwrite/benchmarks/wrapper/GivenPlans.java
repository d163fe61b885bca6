package io.dualwrite.benchmarks.wrapper;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import io.dualwrite.jdbc.wrap.SessionNames;
import org.jspecify.annotations.Nullable;

/** A migration that is told the plan and looks for none. */
final class GivenPlans extends KnownPlans {
  private final CapturePlan plan;

  GivenPlans(CapturePlan plan) {
    super(true);
    this.plan = plan;
  }

  @Override
  public @Nullable CapturePlan knownPlan(SessionNames session, String sql, RequestedKeys keys) {
    return plan;
  }
}
