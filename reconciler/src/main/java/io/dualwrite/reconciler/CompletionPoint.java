package io.dualwrite.reconciler;

import io.dualwrite.Phase;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.Gaps;
import io.dualwrite.jdbc.journal.Instances;
import io.dualwrite.jdbc.journal.Instances.Instance;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The time up to which history must be backfilled: rows of later times are written to both sides by
 * every application.
 *
 * @param at the time; empty where it cannot be known
 * @param reasons what it follows from, or why it cannot be known, one line each
 */
public record CompletionPoint(Optional<Instant> at, List<String> reasons) {
  private static final String MIRRORING = "mirroring";

  public CompletionPoint {
    reasons = List.copyOf(reasons);
  }

  /**
   * From what the writers say of themselves.
   *
   * @param now the source's clock
   * @param phaseSince when the phase was last changed
   */
  static CompletionPoint of(
      MigrationConfig config, MigrationStatus status, Instant now, Instant phaseSince) {
    List<String> unknown = new ArrayList<>();
    if (!status.initialised()) {
      return new CompletionPoint(
          Optional.empty(),
          List.of("the control schema is not there yet: `reconciler init` creates it"));
    }
    if (status.phase() == Phase.SOURCE_ONLY || status.phase() == Phase.TARGET_ONLY) {
      unknown.add("nothing is written to both sides in phase " + status.phase());
    }
    if (status.killSwitch()) {
      unknown.add("the kill switch is engaged: applications write to the source alone");
    }
    List<Instance> alive = status.instances().stream().filter(Instance::alive).toList();
    if (alive.isEmpty()) {
      unknown.add("no application is registered and alive");
    }
    Instant since = phaseSince;
    List<String> reasons = new ArrayList<>(List.of("phase " + status.phase() + " since " + since));
    for (Instance instance : alive) {
      if (!instance.state().equals(MIRRORING) || !instance.killSwitchBy().isEmpty()) {
        unknown.add(instance.name() + " writes to the source alone: " + instance.state());
      }
      reasons.add(instance.name() + " writes to both since " + instance.started());
      since = later(since, instance.started());
    }
    for (Gaps.Gap gap : status.gaps()) {
      Optional<Instant> end = gap.until().or(() -> ended(gap, status.instances(), now));
      if (end.isEmpty()) {
        unknown.add(
            gap.instance()
                + " writes to the source alone since "
                + gap.since()
                + ": "
                + gap.reason());
      } else {
        reasons.add(
            gap.instance() + " wrote to the source alone until " + end.get() + ": " + gap.reason());
        since = later(since, end.get());
      }
    }
    if (!unknown.isEmpty()) {
      return new CompletionPoint(Optional.empty(), unknown);
    }
    Duration lateness = config.reconciler().lateness();
    reasons.add("reconciler.lateness " + io.dualwrite.Durations.print(lateness));
    return new CompletionPoint(Optional.of(since.plus(lateness)), reasons);
  }

  /** A gap that nobody closed ended with its instance. */
  private static Optional<Instant> ended(Gaps.Gap gap, List<Instance> instances, Instant now) {
    if (gap.isOfTriggers()) {
      return Optional.empty();
    }
    return instances.stream()
        .filter(i -> i.name().equals(gap.instance()))
        .findFirst()
        .map(
            i ->
                i.alive()
                    ? Optional.<Instant>empty()
                    : Optional.of(now.minus(i.lastSeen()).plus(Instances.ALIVE)))
        .orElse(Optional.of(now));
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
