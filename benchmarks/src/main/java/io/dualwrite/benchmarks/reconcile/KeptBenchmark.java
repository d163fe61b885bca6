package io.dualwrite.benchmarks.reconcile;

import io.dualwrite.benchmarks.Goal;
import io.dualwrite.benchmarks.Machine;
import io.dualwrite.benchmarks.TextTable;
import io.dualwrite.benchmarks.system.Medians;
import io.dualwrite.benchmarks.system.Servers;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.Databases;
import io.dualwrite.reconciler.Reconciler;
import io.dualwrite.testing.PostgresServer;
import io.dualwrite.testing.ServerOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
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
 * What keeping the results of windows costs a comparison, and what a second comparison of an
 * append-only table costs after one in a hundred rows was added. Exit code 1 if a comparison is
 * wrong.
 */
@Command(
    name = "benchmarks/run kept",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Runs reconciler compare with and without keeping what it finds.")
public final class KeptBenchmark implements Callable<Integer> {
  @Option(names = "--rounds", defaultValue = "3", description = "rounds (${DEFAULT-VALUE})")
  private int rounds;

  @Option(names = "--rows", defaultValue = "2500000", description = "rows (${DEFAULT-VALUE})")
  private long rows;

  @Option(
      names = "--window",
      defaultValue = "1m",
      description = "length of a window; an hour has 3,000 rows (${DEFAULT-VALUE})")
  private String window = "";

  @Option(names = "--heap", defaultValue = "128", description = "of the client, MiB")
  private int heap;

  @Spec private CommandSpec spec = CommandSpec.create();
  private final List<CompareRun> nothing = new ArrayList<>();
  private final List<CompareRun> kept = new ArrayList<>();
  private final List<CompareRun> second = new ArrayList<>();

  /** Runs it. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new KeptBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws SQLException, IOException, InterruptedException {
    ServerOptions servers =
        ServerOptions.forSpeed()
            .withSetting("shared_buffers", "1GB")
            .withSetting("max_wal_size", "8GB")
            .withSetting("max_parallel_workers_per_gather", "0");
    Path without = Files.createTempFile("nothing-kept", ".yaml");
    Path with = Files.createTempFile("kept", ".yaml");
    try (Servers both = Servers.start(servers)) {
      MetricsTable table = new MetricsTable("metrics", rows);
      table.create(both);
      Files.writeString(without, yaml(both, table, "nowhere"));
      Files.writeString(with, yaml(both, table, "dualwrite"));
      init(MigrationConfig.load(with));
      measure(both, table, without, with);
      report(spec.commandLine().getOut(), both);
    } finally {
      Files.deleteIfExists(without);
      Files.deleteIfExists(with);
    }
    return right(nothing) && right(kept) && right(second) ? 0 : 1;
  }

  private static boolean right(List<CompareRun> runs) {
    return runs.stream().allMatch(CompareRun::inSync);
  }

  private static String yaml(Servers both, MetricsTable table, String schema) {
    return """
        migration: kept
        source: %s
        target: %s
        journal: {schema: %s}
        tables:
          include: ["public.*"]
          overrides:
            public.metrics: {append-only: true}
        """
        .formatted(side(both.source(), table), side(both.target(), table), schema);
  }

  private static String side(PostgresServer server, MetricsTable table) {
    return "{url: \"%s\", username: \"%s\", password: \"%s\"}"
        .formatted(server.jdbcUrl(table.database()), server.username(), server.password());
  }

  private static void init(MigrationConfig config) {
    try (Databases databases = Databases.open(config, 1)) {
      new Reconciler(config, databases.source(), databases.target()).init();
    }
  }

  private void measure(Servers both, MetricsTable table, Path without, Path with)
      throws SQLException, IOException, InterruptedException {
    compare(both, without, "--all");
    for (int round = 0; round < rounds; round++) {
      nothing.add(compare(both, without, "--all"));
      kept.add(compare(both, with, "--all"));
      System.err.printf("round %d of %d%n", round + 1, rounds);
    }
    onTarget(both, table, "create table dualwrite.verified_before as table dualwrite.verified");
    table.grow(both, rows / 100);
    for (int round = 0; round < rounds; round++) {
      second.add(compare(both, with));
      // The next one has the new rows before it again.
      onTarget(
          both,
          table,
          "truncate dualwrite.verified",
          "insert into dualwrite.verified table dualwrite.verified_before");
    }
  }

  private static void onTarget(Servers both, MetricsTable table, String... statements)
      throws SQLException {
    try (Connection connection = both.target().dataSource(table.database()).getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private CompareRun compare(Servers both, Path config, String... more)
      throws SQLException, IOException, InterruptedException {
    List<String> options = new ArrayList<>(List.of("--window", window));
    options.addAll(List.of(more));
    return CompareRun.of(both, List.of("-c", config.toString()), heap, options);
  }

  private void report(PrintWriter out, Servers both) throws SQLException {
    out.printf("%s · PostgreSQL %s%n", Machine.now().describe(), both.version());
    out.printf(
        Locale.ROOT,
        "two equal append-only tables of %,d rows, windows of %s; medians of %d rounds%n%n",
        rows,
        window,
        rounds);
    TextTable text =
        new TextTable(
            "compare", "in the run s", "wall s", "server CPU s", "client CPU s", "windows");
    row(text, "all, nothing kept", nothing);
    row(text, "all, results kept", kept);
    row(text, "again after 1 % new rows", second);
    out.println(text);
    double keeping = seconds(kept) / seconds(nothing);
    double servers =
        Medians.of(kept, r -> r.cost().servers()) / Medians.of(nothing, r -> r.cost().servers());
    double again = seconds(second) / seconds(kept);
    out.println(
        Goal.table(
            List.of(
                goal("time with results kept, of that without", 1.05, keeping),
                goal("server CPU with results kept, of that without", 1.05, servers),
                goal("time of the second comparison, of the first", 0.05, again))));
    out.flush();
  }

  private static Goal goal(String name, double most, double measured) {
    return new Goal(
        name,
        String.format(Locale.ROOT, "<= %.2f", most),
        String.format(Locale.ROOT, "%.3f", measured),
        measured <= most);
  }

  private static void row(TextTable text, String what, List<CompareRun> runs) {
    text.row(
        what,
        number(seconds(runs)),
        number(Medians.of(runs, r -> r.cost().wall())),
        number(Medians.of(runs, r -> r.cost().servers())),
        number(Medians.of(runs, r -> r.cost().client())),
        String.format(Locale.ROOT, "%.0f", Medians.of(runs, CompareRun::windows)));
  }

  private static double seconds(List<CompareRun> runs) {
    return Medians.of(runs, CompareRun::seconds);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
