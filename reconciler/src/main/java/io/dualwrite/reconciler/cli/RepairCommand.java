package io.dualwrite.reconciler.cli;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.Databases;
import io.dualwrite.reconciler.Reconciler;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.reconciler.repair.RepairPlan;
import io.dualwrite.reconciler.report.JsonReport;
import io.dualwrite.reconciler.report.TextReport;
import io.dualwrite.reconciler.report.page.ComparisonPage;
import io.dualwrite.reconciler.report.page.PageFile;
import io.dualwrite.reconciler.report.page.PageSettings;
import io.dualwrite.reconciler.report.page.RepairPage;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "repair",
    customSynopsis = {
      "reconciler repair -c FILE [options]",
      "       reconciler repair --source URL --target URL [options]%n"
    },
    description = {
      "Copies what differs from the source to the target, in small steps beside running traffic, and compares again.",
      "Rows that only the target has are left alone unless --delete-extra is given."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class RepairCommand implements Callable<Integer>, Connected {
  private final Terminal terminal;
  @Mixin private final ConnectionOptions connection;

  @Option(names = "--dry-run", description = "Say what would be done, and do nothing.", order = 4)
  private boolean dryRun;

  @Option(
      names = "--delete-extra",
      description = "Delete rows from the target that the source has not.",
      order = 5)
  private boolean deleteExtra;

  @Option(
      names = "--max-changes",
      paramLabel = "N",
      description = "Stop after so many changed rows. Default: no limit.",
      order = 6)
  private long maxChanges = Long.MAX_VALUE;

  @Option(
      names = "--from-last",
      description =
          "Repair what the last comparison of each table has found, instead of comparing first. Each row is looked at again before it is written.",
      order = 7)
  private boolean fromLast;

  @Mixin private final ComparisonOptions comparison = new ComparisonOptions();
  @Mixin private final ReportOption report = new ReportOption();
  @Mixin private final ValuesOption values = new ValuesOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  RepairCommand(Terminal terminal) {
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
    MigrationConfig config = connection.config();
    RepairOptions options =
        new RepairOptions(comparison.options(config), deleteExtra, fromLast, maxChanges);
    Optional<PageFile> page = report.file();
    values.check(page.isPresent());
    Progress progress = Bars.on(terminal, comparison.showProgress());
    try (Databases databases =
        terminal.cancelling(Databases.open(config, options.compare().parallelism()))) {
      Reconciler reconciler = connection.reconciler(config, databases);
      PageSettings settings = ReportOption.settings(config, options.compare());
      return dryRun
          ? plan(reconciler, options, progress, page, settings)
          : repair(reconciler, options, progress, page, settings);
    }
  }

  private int plan(
      Reconciler reconciler,
      RepairOptions options,
      Progress progress,
      Optional<PageFile> page,
      PageSettings settings) {
    RepairPlan plan = reconciler.planRepair(options, progress);
    Comparison result = plan.comparison();
    CompareCommand.tell(result, terminal, connection);
    PrintWriter out = terminal.out();
    if (comparison.json()) {
      out.println(JsonReport.of(plan));
    } else {
      List<String> scope = new ArrayList<>(comparison.scope());
      if (fromLast) {
        scope.add("--from-last");
      }
      out.print(new TextReport(connection.next(scope)).of(plan, deleteExtra));
    }
    if (page.isPresent()) {
      page.get()
          .write(
              ComparisonPage.of(
                  result, settings, values.of(reconciler, options.compare(), result)));
    }
    return CompareCommand.code(result);
  }

  private int repair(
      Reconciler reconciler,
      RepairOptions options,
      Progress progress,
      Optional<PageFile> page,
      PageSettings settings) {
    Repair result = reconciler.repair(options, progress);
    CompareCommand.tell(result.after(), terminal, connection);
    PrintWriter out = terminal.out();
    if (comparison.json()) {
      out.println(JsonReport.of(result));
    } else {
      out.print(new TextReport(connection.next(comparison.scope())).of(result));
    }
    if (page.isPresent()) {
      page.get()
          .write(
              RepairPage.of(
                  result, settings, values.of(reconciler, options.compare(), result.after())));
    }
    return CompareCommand.code(result.after());
  }
}
