package io.dualwrite.jdbc.runtime;

import io.dualwrite.Side;
import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.SeenByTriggers;
import io.dualwrite.jdbc.config.CaptureMode;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.event.StateChange;
import io.dualwrite.jdbc.trigger.Coverage;
import io.dualwrite.jdbc.trigger.TriggerGaps;
import io.dualwrite.jdbc.trigger.WantedTriggers;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after capture by triggers: says what they do not see, and has that time recorded as a gap;
 * records the end of gaps. Where triggers capture and no application should be writing by them, it
 * says so.
 */
final class TriggerWatch {
  private static final Logger LOG = LoggerFactory.getLogger(TriggerWatch.class);

  private final MigrationConfig config;
  private final Plans plans;
  private final DataSource source;
  private final TriggerGaps gaps;
  private final Set<String> told = new HashSet<>();
  private Optional<Coverage> followed = Optional.empty();

  private TriggerWatch(MigrationConfig config, Plans plans, DataSource source) {
    this.config = config;
    this.plans = plans;
    this.source = source;
    this.gaps = new TriggerGaps(config);
  }

  /**
   * For a migration whose source is primary; empty where statements capture.
   *
   * @throws IllegalStateException if triggers are to capture and there are none
   */
  static Optional<TriggerWatch> start(MigrationConfig config, Plans plans, DataSource source) {
    if (config.capture() != CaptureMode.TRIGGER) {
      return Optional.empty();
    }
    if (!plans.coverage().installed()) {
      throw new IllegalStateException(
          "capture: TRIGGER, and the source has no triggers that capture, so that no write would be mirrored. Run `reconciler init` first,"
              + " with this configuration.");
    }
    TriggerWatch watch = new TriggerWatch(config, plans, source);
    watch.look();
    return Optional.of(watch);
  }

  /** Whether triggers name the rows that such a statement changes. */
  static boolean names(CapturePlan.Unmirrored plan) {
    return SeenByTriggers.name(plan);
  }

  /** Whether triggers see what is written through an object that was handed out. */
  static boolean sees(String bypass) {
    return !bypass.equals("large-object") && !bypass.equals("fastpath");
  }

  /** After each look at the schema, and when the kill switch is released; one at a time. */
  synchronized void look() {
    Coverage coverage = plans.coverage();
    tell(coverage);
    try (Connection connection = source.getConnection()) {
      if (!followed.equals(Optional.of(coverage))) {
        gaps.follow(connection, coverage);
        followed = Optional.of(coverage);
      }
      gaps.endReleased(connection);
    } catch (SQLException e) {
      LOG.debug(
          "migration {}: what triggers do not see cannot be recorded at the moment: {}",
          config.migration(),
          Failures.describe(e));
    } catch (RuntimeException e) {
      LOG.error("migration {}: looking after the triggers failed", config.migration(), e);
    }
  }

  private void tell(Coverage coverage) {
    Set<String> now = new HashSet<>(coverage.problems());
    coverage.holes().forEach(hole -> now.add(hole.explanation()));
    for (String problem : now) {
      if (told.add(problem)) {
        StateChange.TRIGGERS_MISSING
            .in(LOG, config.migration())
            .log(
                "not mirrored for lack of triggers (gap recorded until `reconciler init` has put it right): {}",
                problem);
      }
    }
    if (told.retainAll(now)) {
      StateChange.TRIGGERS_RESTORED
          .in(LOG, config.migration())
          .addKeyValue("holes", now.size())
          .log(
              "triggers capture again; {} of {} tables and partitions are not seen",
              coverage.holes().size(),
              coverage.relations());
    }
  }

  /** Triggers where nobody wants them: left behind, or brought by a dump. */
  static void tellOfStray(Connection connection, Side side, MigrationConfig config)
      throws SQLException {
    boolean wanted = side == Side.SOURCE && config.capture() == CaptureMode.TRIGGER;
    if (!wanted && WantedTriggers.areThere(connection, config.journal().schema())) {
      LOG.warn(
          side == Side.SOURCE
              ? "migration {}: the {} has triggers of capture: TRIGGER, so that each write is journaled twice. Once no application uses them:"
                  + " `reconciler init --remove-triggers`."
              : "migration {}: the {} has triggers of capture: TRIGGER, brought by a dump of the source perhaps: they fill its journal with what"
                  + " is delivered. `reconciler init` removes them.",
          config.migration(),
          side.label());
    }
  }
}
