package io.dualwrite.reconciler.cli;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.ControlChange;
import io.dualwrite.reconciler.Databases;
import io.dualwrite.reconciler.Reconciler;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "kill-switch",
    customSynopsis = {
      "reconciler kill-switch engage|release -c FILE [options]",
      "       reconciler kill-switch engage|release --source URL --target URL [options]%n"
    },
    description = {
      "Engages or releases the kill switch for every application instance, through the control table.",
      "Engaged, applications use the source alone within a second; what they write meanwhile is a gap that `repair` closes after the release."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class KillSwitchCommand implements Callable<Integer>, Connected {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @Parameters(
      index = "0",
      paramLabel = "engage|release",
      completionCandidates = Candidates.Switch.class,
      description = "What to do.")
  private String action = "";

  private final Terminal terminal;
  @Mixin private final ConnectionOptions connection;
  @Mixin private final WaitOption wait = new WaitOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  KillSwitchCommand(Terminal terminal) {
    this.terminal = terminal;
    this.connection = new ConnectionOptions(terminal.environment());
  }

  @Override
  public ConnectionOptions connection() {
    return connection;
  }

  @Override
  public Integer call() {
    output.apply();
    boolean engage = action.equalsIgnoreCase("engage");
    if (!engage && !action.equalsIgnoreCase("release")) {
      throw new IllegalArgumentException(
          "kill-switch must be told to engage or to release, was told to " + action);
    }
    wait.limit();
    MigrationConfig config = connection.config();
    try (Databases databases = Databases.unchecked(config, PATIENCE)) {
      Reconciler reconciler = connection.reconciler(config, databases);
      ControlChange change = reconciler.turnKillSwitch(engage);
      change.problems().forEach(p -> terminal.err().println("not set there: " + p));
      terminal
          .out()
          .println(
              engage
                  ? "Kill switch engaged: applications use the source alone within a second. Next: "
                      + connection.next().of("status")
                  : "Kill switch released. To close the gap: " + connection.next().of("repair"));
      terminal.out().flush();
      return wait.confirm(reconciler, change, terminal);
    }
  }
}
