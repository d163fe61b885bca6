package io.dualwrite.jdbc.runtime;

import io.dualwrite.FailurePolicy;
import io.dualwrite.Phase;
import io.dualwrite.jdbc.config.CaptureMode;
import io.dualwrite.jdbc.config.ConfigurationException;
import io.dualwrite.jdbc.config.MigrationConfig;
import java.util.ArrayList;
import java.util.List;

/** What can be configured already and comes later: refused where leaving it out would matter. */
final class Supported {
  private Supported() {}

  static void check(MigrationConfig config) {
    if (config.capture() == CaptureMode.TRIGGER) {
      List<String> problems = new ArrayList<>();
      if (config.failurePolicy() != FailurePolicy.RECOVER) {
        problems.add(underTriggers(config, "failure-policy", config.failurePolicy()));
      }
      config
          .tables()
          .overrides()
          .forEach(
              (table, override) ->
                  override
                      .failurePolicy()
                      .filter(policy -> policy != FailurePolicy.RECOVER)
                      .ifPresent(
                          policy ->
                              problems.add(
                                  underTriggers(
                                      config,
                                      "tables.overrides." + table + ".failure-policy",
                                      policy))));
      if (!problems.isEmpty()) {
        throw new ConfigurationException(problems);
      }
    }
  }

  private static String underTriggers(MigrationConfig config, String key, FailurePolicy policy) {
    return config.origin().at(key)
        + " must be RECOVER with capture: TRIGGER, was "
        + policy
        + (policy == FailurePolicy.STRICT
            ? ": what other applications write is committed without the library, which alone could write both sides before."
            : ": triggers name rows in the journal, and BEST_EFFORT keeps none.");
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
