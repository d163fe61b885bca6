package io.dualwrite.reconciler;

import io.dualwrite.jdbc.journal.Instances.Instance;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Which instances obey the control table's state of an epoch.
 *
 * @param epoch the epoch asked for
 * @param following those that do, with the time that each took, at most as long as was waited
 * @param missing those that were alive and do not say so: they may obey an older state
 * @param problem why the instances could not be looked at in the end; what is above was seen before
 */
public record Confirmation(
    long epoch, List<Follower> following, List<Instance> missing, Optional<String> problem) {
  public Confirmation {
    following = List.copyOf(following);
    missing = List.copyOf(missing);
  }

  /**
   * An instance that obeys it.
   *
   * @param instance as it was seen then
   * @param after how long after the change that was seen
   */
  public record Follower(Instance instance, Duration after) {}

  /** Whether every instance that is alive obeys it. */
  public boolean complete() {
    return missing.isEmpty() && problem.isEmpty();
  }
}
