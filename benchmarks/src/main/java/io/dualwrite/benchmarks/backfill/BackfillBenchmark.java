package io.dualwrite.benchmarks.backfill;

import io.dualwrite.benchmarks.Goal;
import io.dualwrite.benchmarks.Machine;
import io.dualwrite.benchmarks.TextTable;
import io.dualwrite.benchmarks.system.Latencies;
import io.dualwrite.benchmarks.system.Servers;
import io.dualwrite.testing.ServerOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Loads history in several ways and sets their times beside each other. */
@Command(
    name = "benchmarks/run backfill",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Runs reconciler backfill into an empty table with three indexes, beside a bare COPY | COPY"
            + " and pg_dump | psql.")
public final class BackfillBenchmark implements Callable<Integer> {
  private static final String PIPE = "COPY | COPY into the indexed table";
  private static final String ONE = "backfill, 1 worker";
  private static final String TWO = "backfill, 2 workers";
  private static final String BEHIND = "COPY | COPY, then indexes";
  private static final String DUMP = "pg_dump | psql";
  private static final String DEFERRED = "backfill --defer-indexes, 2 workers";

  @Option(names = "--rounds", defaultValue = "3", description = "rounds (${DEFAULT-VALUE})")
  private int rounds;

  @Option(names = "--rows", defaultValue = "2500000", description = "rows (${DEFAULT-VALUE})")
  private long rows;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final Map<String, List<Double>> seconds = new LinkedHashMap<>();

  /** Runs it. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new BackfillBenchmark()).execute(arguments));
  }

  private interface Way {
    double run() throws SQLException, IOException, InterruptedException;
  }

  @Override
  public Integer call() throws SQLException, IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    ServerOptions settings =
        ServerOptions.forSpeed()
            .withSetting("shared_buffers", "1GB")
            .withSetting("max_wal_size", "8GB")
            .withSetting("maintenance_work_mem", "256MB");
    try (Servers servers = Servers.start(settings)) {
      out.printf("%s · PostgreSQL %s%n", Machine.now().describe(), servers.version());
      out.printf(Locale.ROOT, "%,d rows, three indexes, medians of %d rounds%n", rows, rounds);
      HistoryTable table = new HistoryTable(servers, rows);
      table.create();
      Ways ways = new Ways(table);
      boolean dumps = dumpVersion() >= major(servers.version());
      if (!dumps) {
        out.printf(
            "pg_dump is of version %d, or not there, and cannot read this server: COPY and indexes"
                + " behind it stand in for it%n",
            dumpVersion());
      }
      // The first of each is the compiler's, too.
      table.empty(true);
      ways.pipe();
      table.empty(true);
      ways.backfill(2, false);
      for (int round = 0; round < rounds; round++) {
        measure(table, PIPE, true, ways::pipe);
        measure(table, ONE, true, () -> ways.backfill(1, false));
        measure(table, TWO, true, () -> ways.backfill(2, false));
        measure(table, BEHIND, false, ways::pipeThenIndexes);
        if (dumps) {
          measure(table, DUMP, false, ways::dump);
        }
        measure(table, DEFERRED, true, () -> ways.backfill(2, true));
        System.err.printf("round %d of %d%n", round + 1, rounds);
      }
      table.empty(true);
      DeliveryLag lag = new DeliveryLag(table);
      Latencies quiet = lag.alone(Duration.ofSeconds(5));
      table.empty(true);
      Latencies beside = lag.besideBackfill(ways);
      out.println();
      out.println(table());
      out.println(lags(quiet, beside));
      out.println(Goal.table(goals(dumps)));
      out.printf(Locale.ROOT, "load at the end %.1f%n", Machine.now().load());
      out.flush();
    }
    return 0;
  }

  private void measure(HistoryTable table, String name, boolean indexed, Way way)
      throws SQLException, IOException, InterruptedException {
    table.empty(indexed);
    seconds.computeIfAbsent(name, n -> new ArrayList<>()).add(way.run());
    if (table.targetRows() != rows) {
      throw new IllegalStateException(name + " did not bring all rows");
    }
  }

  private double median(String name) {
    List<Double> sorted = seconds.getOrDefault(name, List.of()).stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }

  private String table() {
    TextTable table = new TextTable("way", "seconds", "rows/s", "of COPY | COPY");
    for (String name : seconds.keySet()) {
      table.row(
          name,
          String.format(Locale.ROOT, "%.1f", median(name)),
          String.format(Locale.ROOT, "%,.0f", rows / median(name)),
          String.format(Locale.ROOT, "%.2f", median(name) / median(PIPE)));
    }
    return table.toString();
  }

  private static String lags(Latencies quiet, Latencies beside) {
    TextTable table = new TextTable("delivery takes", "p50 ms", "p99 ms", "longest ms", "writes");
    row(table, "beside nothing", quiet);
    row(table, "beside a backfill", beside);
    return table.toString();
  }

  private static void row(TextTable table, String name, Latencies waits) {
    table.row(
        name,
        millis(waits.percentile(0.5)),
        millis(waits.percentile(0.99)),
        millis(waits.percentile(1)),
        Integer.toString(waits.count()));
  }

  private static String millis(double nanos) {
    return String.format(Locale.ROOT, "%.1f", nanos / 1e6);
  }

  private List<Goal> goals(boolean dumps) {
    double plain = median(ONE) / median(PIPE);
    double two = median(TWO) / median(PIPE);
    String other = dumps ? DUMP : BEHIND;
    double deferred = median(DEFERRED) / median(other);
    return List.of(
        new Goal("1 worker / COPY | COPY", "at most 1.15", number(plain), plain <= 1.15),
        new Goal("2 workers / COPY | COPY", "at most 1.15", number(two), two <= 1.15),
        new Goal("2 workers / 1 worker", "below 1", number(two / plain), two < plain),
        new Goal("--defer-indexes / " + other, "below 1", number(deferred), deferred < 1));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static int dumpVersion() throws IOException, InterruptedException {
    try {
      Process process = new ProcessBuilder("pg_dump", "--version").start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor(10, TimeUnit.SECONDS) ? major(said) : 0;
    } catch (IOException e) {
      // There is none on the path.
      return 0;
    }
  }

  private static int major(String text) {
    Matcher number = Pattern.compile("\\d+").matcher(text);
    return number.find() ? Integer.parseInt(number.group()) : 0;
  }
}
