package io.dualwrite.reconciler;

import io.dualwrite.Phase;
import io.dualwrite.Side;
import io.dualwrite.jdbc.config.CaptureMode;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.Control;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.jdbc.schema.CapturedTables;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.trigger.Coverage;
import io.dualwrite.jdbc.trigger.TriggerInstallation;
import io.dualwrite.jdbc.trigger.WantedTriggers;
import io.dualwrite.reconciler.ReconcilerException.Kind;
import io.dualwrite.reconciler.compare.Snapshots;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Capture by triggers: installed in the source, removed, looked at. */
final class TriggerSetup {
  private final MigrationConfig config;
  private final Snapshots databases;

  TriggerSetup(MigrationConfig config, Snapshots databases) {
    this.config = config;
    this.databases = databases;
  }

  /**
   * Installs what is missing in the source, and removes what a dump has brought to the target;
   * empty where statements capture.
   */
  Optional<TriggerInstallation.Installed> install() {
    databases.write(
        Side.TARGET,
        c ->
            WantedTriggers.areThere(c, config.journal().schema())
                ? new TriggerInstallation(c, config).remove()
                : List.of());
    if (config.capture() != CaptureMode.TRIGGER) {
      return Optional.empty();
    }
    Phase phase = databases.write(Side.SOURCE, this::phase);
    if (phase.primary() == Side.TARGET) {
      throw new ReconcilerException(
          Kind.USAGE,
          "capture: TRIGGER installs triggers in the source, and in phase "
              + phase
              + " the source is not primary. Nothing was installed.");
    }
    return Optional.of(
        databases.write(Side.SOURCE, c -> new TriggerInstallation(c, config).install()));
  }

  private Phase phase(Connection source) throws SQLException {
    return ControlSchema.hasControl(source, config.journal().schema())
        ? new Control(config.journal().schema())
            .read(source, config.migration())
            .map(Control.State::phase)
            .orElse(config.phase())
        : config.phase();
  }

  /** The statements that would be run in the source. */
  List<String> print() {
    return databases.write(Side.SOURCE, c -> new TriggerInstallation(c, config).print());
  }

  /**
   * Removes all of it; the tables that had triggers.
   *
   * @throws ReconcilerException while applications are told to rely on the triggers
   */
  List<String> remove() {
    boolean relied =
        config.capture() == CaptureMode.TRIGGER
            && databases.write(Side.SOURCE, this::phase) == Phase.SOURCE_PRIMARY;
    if (relied) {
      throw new ReconcilerException(
          Kind.USAGE,
          "the configuration says capture: TRIGGER, and without triggers no write would be mirrored. Set `capture: STATEMENT`, start every"
              + " application anew with it, and then remove the triggers. Nothing was changed.");
    }
    return databases.write(Side.SOURCE, c -> new TriggerInstallation(c, config).remove());
  }

  /** What the source's triggers see; empty where there are none and none are wanted. */
  Optional<Coverage> coverage(Connection source) throws SQLException {
    String schema = config.journal().schema();
    if (config.capture() != CaptureMode.TRIGGER && !WantedTriggers.areThere(source, schema)) {
      return Optional.empty();
    }
    Catalog catalog = Catalog.read(source, schema);
    return Optional.of(
        WantedTriggers.of(
                schema,
                config.migration(),
                catalog,
                CapturedTables.of(Side.SOURCE, catalog, config))
            .compare(source));
  }
}
