package io.dualwrite.reconciler.cli;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.Databases;
import io.dualwrite.reconciler.inspect.InspectOptions;
import io.dualwrite.reconciler.inspect.Inspection;
import io.dualwrite.reconciler.report.InspectionJson;
import io.dualwrite.reconciler.report.InspectionText;
import io.dualwrite.reconciler.report.page.InspectionPage;
import io.dualwrite.reconciler.report.page.PageFile;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "inspect",
    customSynopsis = {
      "reconciler inspect -c FILE [options]",
      "       reconciler inspect --source URL --target URL [options]%n"
    },
    description = {
      "Shows both databases side by side before anything runs, and what stands in the way.",
      "Which tables are mirrored, by which key and time column, how each column is compared; then what will not work, the worst first, each with what to do about it. Only reads, and needs no control schema. Exit code 1: the migration cannot work as configured."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class InspectCommand implements Callable<Integer>, Connected {
  private final Terminal terminal;
  @Mixin private final ConnectionOptions connection;

  @Option(
      names = "--columns",
      description = "Show all columns, not only those that are not alike.",
      order = 4)
  private boolean columns;

  @Mixin private final TablesOption tables = new TablesOption();

  @Mixin private final FormatOption format = new FormatOption();
  @Mixin private final ReportOption report = new ReportOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  InspectCommand(Terminal terminal) {
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
    InspectOptions options = new InspectOptions(tables.names(), config.reconciler().parallelism());
    Optional<PageFile> page = report.file();
    try (Databases databases = terminal.cancelling(Databases.open(config, 1))) {
      Inspection result = connection.reconciler(config, databases).inspect(options);
      if (format.json()) {
        terminal.out().println(InspectionJson.of(result));
      } else {
        terminal.out().print(new InspectionText(connection.next(), columns).of(result));
      }
      page.ifPresent(f -> f.write(InspectionPage.of(result, ReportOption.settings(config))));
      return result.works() ? ExitCodes.OK : ExitCodes.DIFFERENCES;
    }
  }
}
