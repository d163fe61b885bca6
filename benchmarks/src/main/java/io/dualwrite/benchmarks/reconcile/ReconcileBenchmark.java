package io.dualwrite.benchmarks.reconcile;

import io.dualwrite.benchmarks.Goal;
import io.dualwrite.benchmarks.Machine;
import io.dualwrite.benchmarks.system.Servers;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.testing.ServerOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Compares two equal tables and sets what that costs beside {@code count(*)} and {@code COPY} of
 * the same tables. Exit code 1 if a comparison is wrong; figures do not matter to it.
 */
@Command(
    name = "benchmarks/run reconcile",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Runs reconciler compare over two equal tables of generated rows, beside count(*) and COPY.")
public final class ReconcileBenchmark implements Callable<Integer> {
  private static final int COUNTS = 10;

  @Option(names = "--rounds", defaultValue = "3", description = "rounds (${DEFAULT-VALUE})")
  private int rounds;

  @Option(names = "--rows", defaultValue = "2500000", description = "rows (${DEFAULT-VALUE})")
  private long rows;

  @Option(
      names = "--growth",
      defaultValue = "0",
      description = "rows of a second, larger table, such as 25000000; 0: none (${DEFAULT-VALUE})")
  private long growth;

  @Option(
      names = "--on-disk",
      description = "the servers' data, for tables that memory has no room for besides its caches")
  private boolean onDisk;

  @Option(
      names = "--checksums",
      split = ",",
      defaultValue = "auto",
      description =
          "of whole comparisons (${DEFAULT-VALUE}); all are measured in one query by themselves")
  private List<String> checksums = List.of();

  @Option(names = "--heap", defaultValue = "128", description = "of the client, MiB")
  private int heap;

  @Option(names = "--parallelism", defaultValue = "4", description = "(${DEFAULT-VALUE})")
  private int parallelism;

  @Option(
      names = "--options",
      split = ",",
      description = "more options of reconciler compare, such as --window,1h")
  private List<String> options = List.of();

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Runs it. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new ReconcileBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws SQLException, IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    ServerOptions servers =
        (onDisk
                ? ServerOptions.forDurability()
                    .withSetting("fsync", "off")
                    .withSetting("full_page_writes", "off")
                : ServerOptions.forSpeed())
            .withSetting("shared_buffers", "1GB")
            .withSetting("max_wal_size", "8GB")
            .withSetting("max_parallel_workers_per_gather", "0");
    boolean right = true;
    try (Servers both = Servers.start(servers)) {
      out.printf("%s · PostgreSQL %s%n", Machine.now().describe(), both.version());
      out.printf(
          "two equal tables on two servers; medians of %d rounds; the client in a JVM of its own, -Xmx%dm%n%n",
          rounds, heap);
      MetricsTable table = new MetricsTable("metrics", rows);
      table.create(both);
      ReconcileReport report = measure(both, table, checksums, out);
      List<Goal> goals = new ArrayList<>(report.goals());
      right &= report.right() & damaged(both, table, out);
      if (growth > 0) {
        MetricsTable larger = new MetricsTable("metrics_large", growth);
        larger.create(both);
        ReconcileReport grown = measure(both, larger, checksums.subList(0, 1), out);
        goals.addAll(grown.growthGoals(report));
        right &= grown.right();
      }
      out.println(Goal.table(goals));
      out.printf(Locale.ROOT, "load at the end %.1f%n", Machine.now().load());
      out.flush();
    }
    return right ? 0 : 1;
  }

  private ReconcileReport measure(
      Servers both, MetricsTable table, List<String> forms, PrintWriter out)
      throws SQLException, IOException, InterruptedException {
    ReconcileReport report = new ReconcileReport(table);
    Yardsticks yardsticks = new Yardsticks(both, table);
    yardsticks.count(1);
    for (int round = 0; round < rounds; round++) {
      report.count(yardsticks.count(COUNTS));
      report.copy(yardsticks.copy());
      for (Checksum form : Checksum.values()) {
        report.checksum(form.label(), yardsticks.checksum(form));
      }
      for (String form : forms) {
        report.compare(form, compare(both, table, form));
      }
      System.err.printf("%s: round %d of %d%n", table.describe(), round + 1, rounds);
    }
    out.println(report.text());
    out.flush();
    return report;
  }

  private boolean damaged(Servers both, MetricsTable table, PrintWriter out)
      throws SQLException, IOException, InterruptedException {
    table.damage(both);
    boolean right = true;
    for (String form : checksums) {
      CompareRun run = compare(both, table, form);
      boolean found = run.differences() == MetricsTable.DAMAGED_ROWS && !run.inSync();
      right &= found;
      out.printf(
          Locale.ROOT,
          "%s: %d of %d differences planted in the target found in %.1f s%n",
          form,
          run.differences(),
          MetricsTable.DAMAGED_ROWS,
          run.seconds());
    }
    out.println();
    return right;
  }

  private CompareRun compare(Servers both, MetricsTable table, String form)
      throws SQLException, IOException, InterruptedException {
    List<String> all = new ArrayList<>(options);
    all.addAll(List.of("--checksum", form, "--parallelism", Integer.toString(parallelism)));
    return CompareRun.of(both, table, heap, all);
  }
}
