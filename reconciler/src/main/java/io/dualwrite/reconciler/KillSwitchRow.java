package io.dualwrite.reconciler;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.Control;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.reconciler.ReconcilerException.Kind;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.window.SideReadException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The kill switch in the control table. */
final class KillSwitchRow {
  private static final Duration TARGET_WAIT = Duration.ofSeconds(1);

  private final MigrationConfig config;
  private final Snapshots databases;

  KillSwitchRow(MigrationConfig config, Snapshots databases) {
    this.config = config;
    this.databases = databases;
  }

  /**
   * Engages or releases the kill switch in the source, where applications read it, then in the
   * target, which has a second to answer; the target's problem, if it has one.
   *
   * @throws ReconcilerException if it could not be set in the source
   */
  List<String> set(boolean engaged) {
    boolean registered;
    try {
      registered = setKillSwitch(Side.SOURCE, engaged);
    } catch (SideReadException e) {
      throw new ReconcilerException(
          Kind.DATABASE,
          "The kill switch of "
              + config.migration()
              + " is unchanged. Applications read it in the source, and it cannot be set there: "
              + sentence(e.problem())
              + " "
              + otherSwitch(),
          e);
    }
    if (!registered) {
      new Registration(config, databases).throwIfOthers(Side.SOURCE);
      throw new ReconcilerException(
          Kind.USAGE,
          "migration "
              + config.migration()
              + " is not registered in schema "
              + config.journal().schema()
              + " of the source. Run `reconciler init` first.");
    }
    return inTarget(engaged);
  }

  /** The source has it, and nobody shall wait long for a target that does not answer. */
  private List<String> inTarget(boolean engaged) {
    CompletableFuture<Boolean> set = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                set.complete(setKillSwitch(Side.TARGET, engaged));
              } catch (RuntimeException e) {
                set.completeExceptionally(e);
              }
            },
            "reconciler-kill-switch-target");
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

  private boolean setKillSwitch(Side side, boolean engaged) {
    return databases.write(
        side,
        c ->
            ControlSchema.hasControl(c, config.journal().schema())
                && new Control(config.journal().schema())
                    .setKillSwitch(c, config.migration(), engaged));
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
