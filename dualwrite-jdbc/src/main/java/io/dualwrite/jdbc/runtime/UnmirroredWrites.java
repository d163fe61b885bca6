package io.dualwrite.jdbc.runtime;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.config.UnmirroredPolicy;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes that cannot be mirrored: always counted, logged once each, refused where the configuration
 * says so (G8).
 */
final class UnmirroredWrites {
  private static final Logger LOG = LoggerFactory.getLogger(UnmirroredWrites.class);
  private static final int REMEMBERED = 1000;

  private final UnmirroredPolicy policy;
  private final DualWriteMetrics metrics;
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  UnmirroredWrites(UnmirroredPolicy policy, DualWriteMetrics metrics) {
    this.policy = policy;
    this.metrics = metrics;
  }

  void meet(CapturePlan.Unmirrored plan) throws SQLException {
    metrics.unmirrored(plan.reason());
    switch (policy) {
      case FAIL ->
          throw new SQLFeatureNotSupportedException(
              "dualwrite: refused, because it cannot be mirrored (unmirrored: FAIL): "
                  + plan.explanation(),
              "0A000");
      case WARN -> tell(plan.reason(), plan.explanation());
      case IGNORE -> {}
    }
  }

  void bypass(String kind) {
    metrics.unmirrored("bypass-" + kind);
    tell("bypass", kind + " was handed out; what is written through it is not mirrored");
  }

  private void tell(String reason, String explanation) {
    if (told.size() < REMEMBERED && told.add(explanation)) {
      LOG.warn(
          "not mirrored ({}): {} (said once; counted every time as dualwrite.unmirrored)",
          reason,
          explanation);
    }
  }
}
