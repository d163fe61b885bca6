package io.dualwrite.reconciler.inspect;

import io.dualwrite.Phase;
import io.dualwrite.Side;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * What both databases are like, side by side.
 *
 * @param migration the migration's name
 * @param startedAt when it was looked, by this machine's clock
 * @param duration how long that took
 * @param phase the migration's phase
 * @param controlSchema the name of the control schema
 * @param initialised the sides that have one
 * @param source the source's server
 * @param target the target's server
 * @param tables every table of the source, those left out too, by name
 * @param findings the worst first
 */
public record Inspection(
    String migration,
    Instant startedAt,
    Duration duration,
    Phase phase,
    String controlSchema,
    Set<Side> initialised,
    ServerFacts source,
    ServerFacts target,
    List<InspectedTable> tables,
    List<Finding> findings) {
  public Inspection {
    initialised = Set.copyOf(initialised);
    tables = List.copyOf(tables);
    findings = List.copyOf(findings);
  }

  /** Whether the migration can work as it is configured. */
  public boolean works() {
    return count(Severity.BLOCKS) == 0;
  }

  /** How many findings are that bad. */
  public long count(Severity severity) {
    return findings.stream().filter(f -> f.severity() == severity).count();
  }

  /** How many tables have that fate. */
  public long count(InspectedTable.Fate fate) {
    return tables.stream().filter(t -> t.fate() == fate).count();
  }
}
