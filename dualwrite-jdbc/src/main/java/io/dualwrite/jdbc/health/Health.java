package io.dualwrite.jdbc.health;

import static java.util.stream.Collectors.joining;

import io.dualwrite.Phase;
import io.dualwrite.jdbc.journal.Instances;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * How a migration is doing, as one instance sees it: a snapshot that does not change any more.
 * Making it asks no database: what comes from there was read in the background, a few seconds ago
 * at most while the source answers. Printing it is one line, without secrets and row values.
 *
 * @param migration the migration's name
 * @param instance this instance's name in the registry
 * @param at when this was put together
 * @param phase the phase that transactions begin in, the kill switch left aside
 * @param epoch the control table's epoch that transactions obey
 * @param mirroring whether a transaction that begins now is mirrored
 * @param killSwitchBy the sources that have the kill switch engaged here
 * @param breaker the state of the secondary's circuit breaker, by Resilience4j's names
 * @param journal what waits for delivery
 * @param heldTables tables whose entries wait because the secondary's table is not as it should be
 * @param degraded what is not as it should be, and since when, longest first
 * @param instances all instances, this one among them, as the registry had them last
 */
public record Health(
    String migration,
    String instance,
    Instant at,
    Phase phase,
    long epoch,
    boolean mirroring,
    List<String> killSwitchBy,
    String breaker,
    Waiting journal,
    List<String> heldTables,
    List<Degraded> degraded,
    List<Instances.Instance> instances) {
  public Health {
    killSwitchBy = List.copyOf(killSwitchBy);
    heldTables = List.copyOf(heldTables);
    degraded = List.copyOf(degraded);
    instances = List.copyOf(instances);
  }

  /**
   * What waits in the journal, as it was counted last.
   *
   * @param pending entries
   * @param oldest how long the oldest has waited
   * @param setAside entries that the secondary refused, which are tried again now and then
   * @param counted how long ago that was counted
   */
  public record Waiting(long pending, Duration oldest, long setAside, Duration counted) {}

  /**
   * Something that is not as it should be.
   *
   * @param what in words
   * @param since when it was first seen
   */
  public record Degraded(String what, Instant since) {
    @Override
    public String toString() {
      return what + " since " + since;
    }
  }

  /** Whether any source has the kill switch engaged here. */
  public boolean killSwitch() {
    return !killSwitchBy.isEmpty();
  }

  /** Whether nothing is degraded. An engaged kill switch is an operator's will, and no fault. */
  public boolean healthy() {
    return degraded.isEmpty();
  }

  /** How many instances are alive. */
  public long alive() {
    return instances.stream().filter(Instances.Instance::alive).count();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "migration %s · %s · epoch %d · %s · kill switch %s · breaker %s · journal %d pending, oldest %.1f s, %d set aside · %s%d alive · %s",
        migration,
        phase,
        epoch,
        mirroring ? "mirroring" : "not mirroring",
        killSwitch() ? "ENGAGED by " + String.join(", ", killSwitchBy) : "released",
        breaker,
        journal.pending(),
        journal.oldest().toMillis() / 1000.0,
        journal.setAside(),
        heldTables.isEmpty() ? "" : "held: " + String.join(", ", heldTables) + " · ",
        alive(),
        healthy()
            ? "healthy"
            : "DEGRADED: " + degraded.stream().map(Degraded::toString).collect(joining("; ")));
  }
}
