package io.dualwrite.jdbc.runtime;

import io.dualwrite.Phase;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.event.StateChange;
import io.dualwrite.jdbc.schema.CapturedTables;
import io.dualwrite.jdbc.schema.Refused;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a migration says in the log of itself. */
final class Announcements {
  private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);

  private final String migration;

  Announcements(String migration) {
    this.migration = migration;
  }

  /** It is at work. */
  void started(
      MigrationConfig config,
      Phase phase,
      EffectiveState state,
      Mode mode,
      Membership membership,
      CapturedTables tables) {
    StateChange.STARTED
        .in(LOG, migration)
        .addKeyValue("phase", phase)
        .addKeyValue("epoch", state.epoch())
        .addKeyValue("instance", membership.instance())
        .log(
            "migration {}: phase {}, {} tables mirrored under {} ({}), {}, instance {}",
            migration,
            phase,
            tables.tables().size(),
            config.failurePolicy(),
            config.delivery(),
            mode.describe(),
            membership.instance());
    for (Refused refused : tables.refused()) {
      LOG.error("not mirrored: {}", refused.explanation());
    }
  }

  /** Says when the secondary fails and when it is back. Trials in between are no news. */
  void follow(CircuitBreaker breaker) {
    breaker
        .getEventPublisher()
        .onStateTransition(
            event -> {
              CircuitBreaker.StateTransition change = event.getStateTransition();
              if (change.getFromState() == CircuitBreaker.State.CLOSED
                  || change.getToState() == CircuitBreaker.State.CLOSED) {
                StateChange.BREAKER_CHANGED
                    .in(LOG, migration)
                    .addKeyValue("state", change.getToState())
                    .log("the secondary's circuit breaker is {}", change.getToState());
              }
            });
  }
}
