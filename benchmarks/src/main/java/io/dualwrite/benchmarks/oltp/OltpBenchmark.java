package io.dualwrite.benchmarks.oltp;

import io.dualwrite.benchmarks.Machine;
import io.dualwrite.benchmarks.system.CpuUse;
import io.dualwrite.benchmarks.system.Equality;
import io.dualwrite.benchmarks.system.Servers;
import io.dualwrite.testing.PostgresServer;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Runs short transactions of several terminals through the driver and compares with the source
 * alone; in the end both databases must be equal. Exit code 1 if they are not; figures do not
 * matter to it.
 */
@Command(
    name = "benchmarks/run oltp",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Runs SERIALIZABLE transactions through the driver and compares both databases.")
public final class OltpBenchmark implements Callable<Integer> {
  private static final String ALONE = "alone";
  private static final String MIRRORED = "mirrored";
  private static final long PATIENCE_NANOS = 60_000_000_000L;
  private static final long POLL_NANOS = 2_000_000;

  /** What is run. */
  enum Mix {
    SMALLBANK(new SmallBank()),
    NEW_ORDER_PAYMENT(new NewOrderPayment());

    private final OltpWorkload workload;

    Mix(OltpWorkload workload) {
      this.workload = workload;
    }
  }

  @Option(names = "--rounds", defaultValue = "5", description = "rounds (${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--seconds",
      defaultValue = "3",
      description = "measured in each slot (${DEFAULT-VALUE})")
  private double seconds;

  @Option(
      names = "--warmup",
      defaultValue = "2",
      description = "seconds before that (${DEFAULT-VALUE})")
  private double warmup;

  @Option(
      names = "--terminals",
      split = ",",
      defaultValue = "4",
      description = "connections that run transactions at the same time (${DEFAULT-VALUE})")
  private List<Integer> terminals = List.of();

  @Option(names = "--mixes", split = ",", description = "${COMPLETION-CANDIDATES} (all)")
  private List<Mix> mixes = List.of(Mix.values());

  @Option(names = "--seed", defaultValue = "1", description = "of the transactions")
  private long seed;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Runs it. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new OltpBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws SQLException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    OltpReport report = new OltpReport();
    try (Servers servers = Servers.start(false)) {
      Machine machine = Machine.now();
      out.printf("%s · PostgreSQL %s · fsync on%n", machine.describe(), servers.version());
      out.printf(
          "SERIALIZABLE; medians of %d rounds of %.1f s; x: to source alone in the same round%n%n",
          rounds, seconds);
      for (Mix mix : mixes) {
        OltpWorkload workload = mix.workload;
        String suffix = "_" + mix.name().toLowerCase(Locale.ROOT);
        servers.createDatabase(ALONE + suffix, workload.schema());
        servers.createDatabase(MIRRORED + suffix, workload.schema());
        for (int number : terminals) {
          run(servers, workload, suffix, number, report);
          Equality.Result equality = new Equality(servers, MIRRORED + suffix).of(workload.tables());
          out.println(report.text(workload, number, equality));
          out.flush();
        }
      }
      out.println(report.goals());
      out.printf("load at the end %.1f%n", Machine.now().load());
      out.flush();
    }
    return report.allEqual() ? 0 : 1;
  }

  private void run(
      Servers servers, OltpWorkload workload, String suffix, int number, OltpReport report)
      throws SQLException, InterruptedException {
    report.begin();
    for (int round = 0; round < rounds; round++) {
      boolean mirroredFirst = round % 2 == 1;
      for (boolean mirrored : new boolean[] {mirroredFirst, !mirroredFirst}) {
        String database = (mirrored ? MIRRORED : ALONE) + suffix;
        OltpSlot slot = slot(servers, workload, database, mirrored, number, seed + round);
        report.add(mirrored, slot);
        System.err.printf(
            "%s, %d terminals, round %d of %d: %s, %.0f tx/s%n",
            workload.label(), number, round + 1, rounds, database, slot.perSecond());
      }
    }
  }

  private OltpSlot slot(
      Servers servers,
      OltpWorkload workload,
      String database,
      boolean mirrored,
      int number,
      long slotSeed)
      throws SQLException, InterruptedException {
    try (Terminals open =
            new Terminals(workload, number, slotSeed, () -> connect(servers, database, mirrored));
        Connection look = servers.source().dataSource(database).getConnection()) {
      open.run(warmup);
      awaitEmpty(look, mirrored);
      CpuUse cpu = CpuUse.of(servers);
      CpuUse.Spent before = cpu.now();
      Terminals.Done done = open.run(seconds);
      double emptyAfter = awaitEmpty(look, mirrored);
      if (done.failure != null) {
        System.err.printf(
            "%s: %d failed, the first with %s%n", database, done.failed, done.failure);
      }
      long committed = done.committed.count();
      return new OltpSlot(
          committed / done.seconds,
          done.committed.percentile(0.5) / 1e6,
          done.committed.percentile(0.99) / 1e6,
          100.0 * done.aborted / Math.max(1, committed + done.aborted + done.failed),
          done.failed,
          cpu.now().since(before, committed).total(),
          emptyAfter);
    }
  }

  private static Connection connect(Servers servers, String database, boolean mirrored)
      throws SQLException {
    String source = url(servers.source(), database);
    if (!mirrored) {
      return DriverManager.getConnection(source);
    }
    String target = URLEncoder.encode(url(servers.target(), database), StandardCharsets.UTF_8);
    return DriverManager.getConnection(
        source.replaceFirst("^jdbc:", "jdbc:dualwrite:")
            + "&dualwrite.target="
            + target
            + "&dualwrite.failure-policy=RECOVER");
  }

  private static String url(PostgresServer server, String database) {
    String url = server.jdbcUrl(database);
    return url
        + (url.indexOf('?') < 0 ? '?' : '&')
        + "user="
        + URLEncoder.encode(server.username(), StandardCharsets.UTF_8)
        + "&password="
        + URLEncoder.encode(server.password(), StandardCharsets.UTF_8);
  }

  /** Milliseconds until the journal is empty; infinite if that takes more than a minute. */
  private static double awaitEmpty(Connection source, boolean mirrored) throws SQLException {
    if (!mirrored) {
      return Double.NaN;
    }
    long began = System.nanoTime();
    try (Statement statement = source.createStatement()) {
      while (System.nanoTime() - began < PATIENCE_NANOS) {
        try (ResultSet rows =
            statement.executeQuery("SELECT EXISTS (SELECT FROM dualwrite.journal)")) {
          rows.next();
          if (!rows.getBoolean(1)) {
            return (System.nanoTime() - began) / 1e6;
          }
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
    return Double.POSITIVE_INFINITY;
  }
}
