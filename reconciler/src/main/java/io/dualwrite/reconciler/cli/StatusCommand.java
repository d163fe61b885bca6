package io.dualwrite.reconciler.cli;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.Databases;
import io.dualwrite.reconciler.MigrationStatus;
import io.dualwrite.reconciler.report.StatusJson;
import io.dualwrite.reconciler.report.StatusReport;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "status",
    customSynopsis = {
      "reconciler status -c FILE [options]",
      "       reconciler status --source URL --target URL [options]%n"
    },
    description =
        "Shows where the migration stands: phase, kill switch, writers, journal, what could not be delivered, gaps.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class StatusCommand implements Callable<Integer>, Connected {
  private final Terminal terminal;
  @Mixin private final ConnectionOptions connection;
  @Mixin private final FormatOption format = new FormatOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  StatusCommand(Terminal terminal) {
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
    format.check();
    MigrationConfig config = connection.config();
    try (Databases databases = Databases.unchecked(config)) {
      MigrationStatus status = connection.reconciler(config, databases).status();
      if (format.json()) {
        terminal.out().println(StatusJson.of(status));
      } else {
        terminal.out().print(new StatusReport(connection.next()).of(status));
      }
      return status.problems().isEmpty() ? ExitCodes.OK : ExitCodes.DATABASE;
    }
  }
}
