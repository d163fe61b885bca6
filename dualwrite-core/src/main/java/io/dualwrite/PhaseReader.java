package io.dualwrite;

import java.util.function.Supplier;

/** The configured phase and the kill switch, from memory. */
record PhaseReader(Supplier<Phase> configured, KillSwitch killSwitch) {

  /** The phase that a call beginning now is in. */
  Phase effective() {
    Phase phase = configured.get();
    return killSwitch.engaged() ? phase.whenKilled() : phase;
  }

  /**
   * Whether a write already under way may still go to {@code side}: the kill switch keeps off the
   * target only.
   */
  boolean allows(Side side) {
    return side == Side.SOURCE || !killSwitch.engaged();
  }
}
