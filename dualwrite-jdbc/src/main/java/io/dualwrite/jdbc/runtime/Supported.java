package io.dualwrite.jdbc.runtime;

import io.dualwrite.Phase;
import io.dualwrite.jdbc.config.CaptureMode;
import io.dualwrite.jdbc.config.ConfigurationException;
import io.dualwrite.jdbc.config.MigrationConfig;
import java.util.List;

/** What can be configured already and comes later: refused where leaving it out would matter. */
final class Supported {
  private Supported() {}

  static void check(MigrationConfig config) {
    if (config.capture() == CaptureMode.TRIGGER) {
      throw new ConfigurationException(
          List.of("capture: TRIGGER is not supported by this version. Use STATEMENT."));
    }
  }

  static Phase phase(Phase phase) {
    if (phase == Phase.TARGET_PRIMARY) {
      throw new IllegalStateException(
          "phase TARGET_PRIMARY is not supported by this version: the fenced swap of roles, which makes the kill switch's way back"
              + " safe, comes with `reconciler cutover`. Stay in SOURCE_PRIMARY.");
    }
    return phase;
  }
}
