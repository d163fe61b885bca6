package io.dualwrite.jdbc;

import io.dualwrite.SecondarySettings;
import io.dualwrite.jdbc.config.MigrationConfig;
import java.time.Duration;

/** Of tests in which whoever waits for the secondary is to wait until it answers. */
public final class PatientConfig {
  private PatientConfig() {}

  /** A secondary that is slow because the machine is counts as one that answers. */
  public static MigrationConfig.Builder builder() {
    return MigrationConfig.builder("test")
        .secondary(SecondarySettings.defaults().withTimeout(Duration.ofSeconds(30)));
  }
}
