package io.dualwrite.jdbc.journal;

import io.dualwrite.Phase;
import java.util.List;

/**
 * What an instance says of itself with each heartbeat.
 *
 * @param instance its name
 * @param host where it runs
 * @param pid its process there
 * @param version of this library
 * @param phase the phase that its transactions begin in, the kill switch left aside
 * @param epoch the control table's epoch that it follows: every transaction that begins in it now
 *     obeys that state
 * @param killSwitchBy the sources that have the kill switch engaged in it
 * @param capture how it notices writes
 * @param policy its failure policy and delivery
 * @param state {@code mirroring}, or why not
 */
public record Presence(
    String instance,
    String host,
    long pid,
    String version,
    Phase phase,
    long epoch,
    List<String> killSwitchBy,
    String capture,
    String policy,
    String state) {
  public Presence {
    killSwitchBy = List.copyOf(killSwitchBy);
  }

  /** Whether any source has the kill switch engaged. */
  public boolean killSwitch() {
    return !killSwitchBy.isEmpty();
  }
}
