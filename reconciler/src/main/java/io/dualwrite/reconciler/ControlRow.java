package io.dualwrite.reconciler;

import io.dualwrite.Phase;
import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.Control;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.reconciler.ReconcilerException.Kind;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Phase and kill switch in the control table. */
final class ControlRow {
  private static final Duration TARGET_WAIT = Duration.ofSeconds(1);

  private final MigrationConfig config;
  private final Snapshots databases;

  ControlRow(MigrationConfig config, Snapshots databases) {
    this.config = config;
    this.databases = databases;
  }

  /**
   * Engages or releases the kill switch in the source, where applications read it, then in the
   * target, which has a second to answer. Nothing that others change at the same time keeps it from
   * being set.
   *
   * @throws ReconcilerException if it could not be set in the source
   */
  ControlChange killSwitch(boolean engaged) {
    return change(
        "The kill switch",
        (connection, before) ->
            control().setKillSwitch(connection, config.migration(), engaged).orElseThrow());
  }

  /**
   * Moves the migration to another phase, likewise, unless its control row is of another epoch by
   * then.
   *
   * @param expected the epoch that the caller has seen; empty: the one that is read now
   * @throws ReconcilerException if that phase may not follow, if somebody else has changed the row
   *     meanwhile, or if it could not be set in the source
   */
  ControlChange phase(Phase phase, OptionalLong expected) {
    return change(
        "The phase",
        (connection, before) -> {
          if (expected.isPresent() && expected.getAsLong() != before.epoch()) {
            throw conflict(before);
          }
          Optional<String> refusal = PhaseMove.refusal(before.phase(), phase);
          if (refusal.isPresent()) {
            throw new ReconcilerException(Kind.USAGE, refusal.get());
          }
          if (phase == before.phase()) {
            return before;
          }
          Optional<Control.State> after =
              control().setPhase(connection, config.migration(), before.epoch(), phase);
          return after.isPresent()
              ? after.get()
              : throwing(conflict(read(connection).orElse(before)));
        });
  }

  private static Control.State throwing(ReconcilerException e) {
    throw e;
  }

  private static ReconcilerException conflict(Control.State now) {
    return new ReconcilerException(
        Kind.CONFLICT,
        "Somebody else has changed the control table meanwhile: it is at epoch "
            + now.epoch()
            + " now, phase "
            + now.phase()
            + ", kill switch "
            + (now.killSwitch() ? "engaged" : "released")
            + ". Nothing was changed. Look at it with `reconciler phase show`");
  }

  /** What is done to the row, on a connection to the source. */
  private interface Change {
    Control.State of(Connection connection, Control.State before) throws SQLException;
  }

  private ControlChange change(String what, Change change) {
    Optional<ControlChange> changed;
    try {
      changed =
          databases.write(
              Side.SOURCE,
              c -> {
                Optional<Control.State> before = read(c);
                return before.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                        new ControlChange(before.get(), change.of(c, before.get()), List.of()));
              });
    } catch (SideReadException e) {
      throw new ReconcilerException(
          Kind.DATABASE,
          what
              + " of "
              + config.migration()
              + " is unchanged. Applications read it in the source, and it cannot be set there: "
              + sentence(e.problem())
              + " "
              + otherSwitch(),
          e);
    }
    if (changed.isEmpty()) {
      new Registration(config, databases).throwIfOthers(Side.SOURCE);
      throw new ReconcilerException(
          Kind.USAGE,
          "migration "
              + config.migration()
              + " is not registered in schema "
              + config.journal().schema()
              + " of the source. Run `reconciler init` first.");
    }
    ControlChange inSource = changed.get();
    return new ControlChange(inSource.before(), inSource.state(), inTarget(inSource.state()));
  }

  private Control control() {
    return new Control(config.journal().schema());
  }

  private Optional<Control.State> read(Connection connection) throws SQLException {
    return ControlSchema.hasControl(connection, config.journal().schema())
        ? control().read(connection, config.migration())
        : Optional.empty();
  }

  /** The source has it, and nobody shall wait long for a target that does not answer. */
  private List<String> inTarget(Control.State state) {
    CompletableFuture<Boolean> set = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                set.complete(
                    databases.write(
                        Side.TARGET,
                        c ->
                            ControlSchema.hasControl(c, config.journal().schema())
                                && control().follow(c, config.migration(), state)));
              } catch (RuntimeException e) {
                set.completeExceptionally(e);
              }
            },
            "reconciler-control-target");
    thread.setDaemon(true);
    thread.start();
    try {
      set.get(TARGET_WAIT.toMillis(), TimeUnit.MILLISECONDS);
      return List.of();
    } catch (TimeoutException e) {
      return List.of("target: no answer within " + TARGET_WAIT.toSeconds() + " s");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SideReadException failed) {
        return List.of(failed.problem());
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of("target: interrupted");
    }
  }

  private static String sentence(String text) {
    return text.endsWith(".") || text.endsWith("?") ? text : text + ".";
  }

  private String otherSwitch() {
    return config
        .killSwitch()
        .file()
        .map(f -> "The file " + f + " on each application's machine works without a database.")
        .orElse("A kill-switch.file in the configuration would work without a database.");
  }
}
