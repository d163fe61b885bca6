package io.dualwrite.reconciler.cli;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.Databases;
import io.dualwrite.reconciler.Reconciler;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Sample;
import io.dualwrite.reconciler.report.JsonReport;
import io.dualwrite.reconciler.report.TextReport;
import io.dualwrite.reconciler.report.page.ComparisonPage;
import io.dualwrite.reconciler.report.page.PageFile;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "compare",
    customSynopsis = {
      "reconciler compare -c FILE [options]",
      "       reconciler compare --source URL --target URL [options]%n"
    },
    description = {
      "Compares both databases: counts and checksums window by window, computed inside the databases; in windows that differ, row by row.",
      "A write that is still on its way to the target is not reported."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class CompareCommand implements Callable<Integer>, Connected {
  private final Terminal terminal;
  @Mixin private final ConnectionOptions connection;
  @Mixin private final ComparisonOptions comparison = new ComparisonOptions();

  @Option(
      names = "--sample",
      paramLabel = "PART",
      description =
          "For a quick look: only this share of each table's windows, such as 5%%, or so many of them. Says nothing of the rest.",
      order = 14)
  private @Nullable String sample;

  @Mixin private final ReportOption report = new ReportOption();
  @Mixin private final ValuesOption values = new ValuesOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  CompareCommand(Terminal terminal) {
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
    CompareOptions options =
        comparison.options(config).sample(Optional.ofNullable(sample).map(Sample::parse));
    Optional<PageFile> page = report.file();
    values.check(page.isPresent());
    try (Databases databases = terminal.cancelling(Databases.open(config, options.parallelism()))) {
      Reconciler reconciler = connection.reconciler(config, databases);
      Comparison result = reconciler.compare(options, Bars.on(terminal, comparison.showProgress()));
      PrintWriter out = terminal.out();
      tell(result, terminal, connection);
      if (comparison.json()) {
        out.println(JsonReport.of(result));
      } else {
        out.print(new TextReport(connection.next(comparison.scope())).of(result));
      }
      if (page.isPresent()) {
        page.get()
            .write(
                ComparisonPage.of(
                    result,
                    ReportOption.settings(config, options),
                    values.of(reconciler, options, result)));
      }
      return code(result);
    }
  }

  /** What people should know of how it was kept. */
  static void tell(Comparison comparison, Terminal terminal, ConnectionOptions connection) {
    comparison
        .kept()
        .notes()
        .forEach(note -> terminal.err().println(connection.next().complete(note)));
  }

  static int code(Comparison comparison) {
    boolean part = comparison.ofDifferences() || comparison.isSample();
    if (comparison.inSync() || (part && comparison.nothingFound())) {
      return ExitCodes.OK;
    }
    return comparison.incomplete() ? ExitCodes.DATABASE : ExitCodes.DIFFERENCES;
  }
}
