package io.dualwrite;

import org.jspecify.annotations.Nullable;

/**
 * One source of a {@link KillSwitchMonitor} and what it last said. Guarded by the monitor's lock,
 * but for {@link #failure}.
 */
final class MonitoredSwitch {
  final KillSwitch source;
  private boolean engaged;
  private volatile @Nullable RuntimeException failure;

  MonitoredSwitch(KillSwitch source, boolean assumed) {
    this.source = source;
    this.engaged = assumed;
  }

  boolean engaged() {
    return engaged;
  }

  @Nullable RuntimeException failure() {
    return failure;
  }

  void says(boolean state) {
    engaged = state;
    failure = null;
  }

  /** Keeps the last known state. */
  void fails(RuntimeException cause) {
    failure = cause;
  }
}
