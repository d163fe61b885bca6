package io.dualwrite.jdbc.runtime;

import io.dualwrite.jdbc.delivery.DeliveryEngine;
import io.dualwrite.jdbc.health.Health;
import io.dualwrite.jdbc.journal.Instances;
import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.jdbc.trigger.Coverage;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Puts the migration's health together, and remembers since when something is wrong. */
final class Condition {
  private final String migration;
  private final String instance;
  private final Mode mode;
  private final EffectiveState state;
  private final DeliveryEngine delivery;
  private final CircuitBreaker breaker;
  private final Supplier<Coverage> triggers;
  private final Clock clock;

  private final Map<String, Instant> since = new LinkedHashMap<>();
  private volatile List<Instances.Instance> instances = List.of();

  Condition(
      String migration,
      String instance,
      Mode mode,
      EffectiveState state,
      DeliveryEngine delivery,
      CircuitBreaker breaker,
      Supplier<Coverage> triggers,
      Clock clock) {
    this.migration = migration;
    this.instance = instance;
    this.mode = mode;
    this.state = state;
    this.delivery = delivery;
    this.breaker = breaker;
    this.triggers = triggers;
    this.clock = clock;
  }

  /** Takes what the registry said with the last heartbeat. */
  void see(List<Instances.Instance> seen) {
    instances = List.copyOf(seen);
  }

  /** Looks for what is wrong; to be called now and then. */
  void look() {
    degraded();
  }

  Health health() {
    Journal.Depth depth = delivery.depth();
    return new Health(
        migration,
        instance,
        clock.instant(),
        state.phase(),
        state.epoch(),
        mode.active() && state.phase().isDual(),
        state.killSwitchBy(),
        breaker.getState().name(),
        new Health.Waiting(depth.pending(), depth.oldest(), depth.setAside(), delivery.depthAge()),
        delivery.heldTables(),
        degraded(),
        instances);
  }

  private synchronized List<Health.Degraded> degraded() {
    Instant now = clock.instant();
    Map<String, Instant> found = new LinkedHashMap<>();
    for (Mode.Stop stop : mode.stops()) {
      if (stop.reason().isFault()) {
        found.put(stop.reason().text() + ": " + stop.detail(), stop.since());
      }
    }
    state.unreachableSince().ifPresent(at -> found.put("the control table cannot be read", at));
    for (String what : problems()) {
      found.put(what, since.getOrDefault(what, now));
    }
    since.keySet().retainAll(found.keySet());
    since.putAll(found);
    return found.entrySet().stream()
        .map(each -> new Health.Degraded(each.getKey(), each.getValue()))
        .sorted(Comparator.comparing(Health.Degraded::since))
        .toList();
  }

  private List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (mode.unrecorded()) {
      problems.add("a gap is not recorded yet");
    }
    state.unreadable().keySet().forEach(s -> problems.add("kill switch cannot be read: " + s));
    if (breaker.getState() == CircuitBreaker.State.OPEN
        || breaker.getState() == CircuitBreaker.State.HALF_OPEN) {
      problems.add("the secondary's circuit breaker is open");
    }
    if (delivery.isRunning() && delivery.failing()) {
      problems.add("delivery waits for the secondary");
    }
    if (!delivery.journalReadable()) {
      problems.add("the journal cannot be read");
    }
    if (!delivery.schemasReadable()) {
      problems.add("the databases' schemas cannot be read");
    }
    triggers.get().tables().forEach(t -> problems.add("triggers do not see all of " + t));
    delivery.heldTables().forEach(t -> problems.add("held back: " + t));
    return problems;
  }
}
