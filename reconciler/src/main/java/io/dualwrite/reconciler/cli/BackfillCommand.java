package io.dualwrite.reconciler.cli;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.Databases;
import io.dualwrite.reconciler.Reconciler;
import io.dualwrite.reconciler.backfill.Backfill;
import io.dualwrite.reconciler.backfill.BackfillOptions;
import io.dualwrite.reconciler.backfill.BackfillPlan;
import io.dualwrite.reconciler.backfill.file.FileBackfill;
import io.dualwrite.reconciler.backfill.file.FileBackfillOptions;
import io.dualwrite.reconciler.backfill.file.FileBackfillPlan;
import io.dualwrite.reconciler.report.BackfillJson;
import io.dualwrite.reconciler.report.BackfillText;
import io.dualwrite.reconciler.report.FileBackfillJson;
import io.dualwrite.reconciler.report.FileBackfillText;
import io.dualwrite.reconciler.report.page.BackfillPage;
import io.dualwrite.reconciler.report.page.FileBackfillPage;
import io.dualwrite.reconciler.report.page.PageFile;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "backfill",
    customSynopsis = {
      "reconciler backfill -c FILE [options]",
      "       reconciler backfill --source URL --target URL [options]%n"
    },
    description = {
      "Loads history from the source to the target, oldest first, beside running traffic. Rows that"
          + " the target has are left as they are. With --file, from CSV or Parquet files.",
      "Each window is verified by checksum and marked as done with its rows: after an interruption"
          + " --resume goes on."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class BackfillCommand implements Callable<Integer>, Connected {
  private final Terminal terminal;
  @Mixin private final ConnectionOptions connection;

  @Option(names = "--dry-run", description = "Only say what would be done.", order = 4)
  private boolean dryRun;

  @Option(
      names = "--restore-indexes",
      description =
          "Only build again the indexes and foreign keys that an interrupted --defer-indexes has"
              + " dropped.",
      order = 5)
  private boolean restoreIndexes;

  @Mixin private final HistoryOptions history = new HistoryOptions();
  @Mixin private final FileOptions files = new FileOptions();
  @Mixin private final FormatOption format = new FormatOption();

  @Mixin private final ProgressOption progress = new ProgressOption();

  @Mixin private final ReportOption report = new ReportOption();
  @Mixin private final OutputOptions output = new OutputOptions();

  BackfillCommand(Terminal terminal) {
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
    files.check();
    MigrationConfig config = connection.config();
    Optional<PageFile> page = report.file();
    if (page.isPresent() && (dryRun || restoreIndexes)) {
      throw new IllegalArgumentException("--report is of a backfill that is done, not of a plan");
    }
    if (files.given()) {
      return loadFiles(config, page);
    }
    BackfillOptions options = history.options(config);
    try (Databases databases = terminal.cancelling(Databases.open(config, options.parallelism()))) {
      Reconciler reconciler = connection.reconciler(config, databases);
      if (restoreIndexes) {
        return restore(reconciler);
      }
      if (dryRun) {
        return plan(reconciler, options);
      }
      Backfill result = reconciler.backfill(options, RowBars.on(terminal, progress.shown()));
      String words = show(result);
      page.ifPresent(f -> f.write(BackfillPage.of(result, words, ReportOption.settings(config))));
      return code(result);
    }
  }

  private int loadFiles(MigrationConfig config, Optional<PageFile> page) {
    if (restoreIndexes) {
      throw new IllegalArgumentException("--restore-indexes has no meaning with --file");
    }
    FileBackfillOptions options = history.options(config, files);
    List<String> scope = new ArrayList<>(history.scope());
    scope.addAll(files.scope());
    FileBackfillText text = new FileBackfillText(connection.next(scope));
    try (Databases databases = terminal.cancelling(Databases.open(config, 1))) {
      Reconciler reconciler = connection.reconciler(config, databases);
      if (dryRun) {
        FileBackfillPlan plan = reconciler.planBackfill(options);
        print(format.json() ? FileBackfillJson.of(plan) + "\n" : text.of(plan));
        return ExitCodes.OK;
      }
      FileBackfill result = reconciler.backfill(options, RowBars.on(terminal, progress.shown()));
      print(format.json() ? FileBackfillJson.of(result) + "\n" : text.of(result));
      page.ifPresent(
          f ->
              f.write(
                  FileBackfillPage.of(
                      result, text.verdict(result), ReportOption.settings(config))));
      if (!result.finished()) {
        return ExitCodes.DATABASE;
      }
      return result.complete() ? ExitCodes.OK : ExitCodes.DIFFERENCES;
    }
  }

  private void print(String text) {
    terminal.out().print(text);
    terminal.out().flush();
  }

  private int restore(Reconciler reconciler) {
    List<String> problems = reconciler.restoreIndexes();
    if (format.json()) {
      terminal.out().println(BackfillJson.ofRestored(problems));
      return problems.isEmpty() ? ExitCodes.OK : ExitCodes.DIFFERENCES;
    }
    problems.forEach(terminal.err()::println);
    if (problems.isEmpty()) {
      terminal.out().println("The target has all indexes and foreign keys that backfills dropped.");
    }
    return problems.isEmpty() ? ExitCodes.OK : ExitCodes.DIFFERENCES;
  }

  private int plan(Reconciler reconciler, BackfillOptions options) {
    BackfillPlan plan = reconciler.planBackfill(options);
    PrintWriter out = terminal.out();
    if (format.json()) {
      out.println(BackfillJson.of(plan));
    } else {
      out.print(new BackfillText(connection.next(history.scope())).of(plan));
    }
    return plan.complete() ? ExitCodes.OK : ExitCodes.DATABASE;
  }

  /** Prints the result; what it comes to. */
  private String show(Backfill result) {
    BackfillText text = new BackfillText(connection.next(history.scope()));
    PrintWriter out = terminal.out();
    if (format.json()) {
      out.println(BackfillJson.of(result));
    } else {
      out.print(text.of(result));
    }
    return text.verdict(result);
  }

  private static int code(Backfill result) {
    if (!result.complete()) {
      return result.interrupted() || !result.leftOut().isEmpty()
          ? ExitCodes.DATABASE
          : ExitCodes.DIFFERENCES;
    }
    return result.differing() > 0 ? ExitCodes.DIFFERENCES : ExitCodes.OK;
  }
}
