package io.dualwrite.benchmarks.system;

import io.dualwrite.benchmarks.Machine;
import io.dualwrite.benchmarks.TextTable;
import io.dualwrite.jdbc.delivery.DeliveryProbe;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Whether the journal stays small: full load under RECOVER, as it comes; then with a transaction
 * open on the source that keeps every vacuum from removing a row; then after its end.
 */
@Command(
    name = "benchmarks/run journal",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Measures how the journal's size goes over millions of entries.")
public final class JournalBenchmark implements Callable<Integer> {
  private static final Variant VARIANT = Variant.RECOVER_ASYNC;
  private static final double MEGABYTE = 1 << 20;

  @Option(
      names = "--seconds",
      defaultValue = "60",
      description = "before the open transaction, and after it (${DEFAULT-VALUE})")
  private double seconds;

  @Option(
      names = "--open",
      defaultValue = "120",
      description = "seconds that the transaction stays open (${DEFAULT-VALUE})")
  private double open;

  @Option(
      names = "--warmup",
      defaultValue = "5",
      description = "seconds before all that (${DEFAULT-VALUE})")
  private double warmup;

  @Option(
      names = "--part",
      defaultValue = "10",
      description = "seconds that a line of the result stands for (${DEFAULT-VALUE})")
  private double part;

  @Option(
      names = "--threads",
      defaultValue = "8",
      description = "of the application (${DEFAULT-VALUE})")
  private int threads;

  @Option(
      names = "--workload",
      defaultValue = "SINGLE_INSERT",
      description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
  private Workload workload = Workload.SINGLE_INSERT;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final AtomicLong ids = new AtomicLong();

  /** Runs it. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new JournalBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws SQLException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    try (Servers servers = Servers.start(false)) {
      servers.createDatabase(VARIANT.database());
      out.printf(
          "%s · PostgreSQL %s · fsync on · %s, %d threads, under %s%n%n",
          Machine.now().describe(), servers.version(), workload.label(), threads, VARIANT.label());
      out.flush();
      List<Part> parts = measure(servers);
      out.println(table(parts));
      out.printf("load at the end %.1f%n", Machine.now().load());
      out.flush();
    }
    return 0;
  }

  private static Duration duration(double seconds) {
    return Duration.ofNanos((long) (seconds * 1e9));
  }

  /** A while of one of the three times. */
  private record Part(
      String name, long transactions, double perSecond, CpuUse.Spent cpu, JournalSize.Fill most) {}

  private List<Part> measure(Servers servers) throws SQLException, InterruptedException {
    List<Part> parts = new ArrayList<>();
    try (Store store = VARIANT.open(servers, DeliveryProbe.NONE);
        JournalSize size = new JournalSize(servers, VARIANT.database())) {
      Load load = new Load(store, workload, threads, ids);
      load.run(duration(warmup));
      run(servers, load, size, "as it comes", seconds, parts);
      try (Connection other = servers.source().dataSource(VARIANT.database()).getConnection();
          Statement statement = other.createStatement()) {
        other.setAutoCommit(false);
        statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
        statement.execute("SELECT pg_current_xact_id()");
        run(servers, load, size, "with an open transaction", open, parts);
        other.rollback();
      }
      run(servers, load, size, "after its end", seconds, parts);
      long began = System.nanoTime();
      while (size.now().pending() > 0) {
        LockSupport.parkNanos(1_000_000);
      }
      spec.commandLine()
          .getOut()
          .printf(
              Locale.ROOT,
              "nothing pending %.0f ms after the last write%n",
              (System.nanoTime() - began) / 1e6);
    }
    return parts;
  }

  private void run(
      Servers servers, Load load, JournalSize size, String name, double length, List<Part> parts)
      throws SQLException, InterruptedException {
    CpuUse cpu = CpuUse.of(servers);
    size.mostSinceLast();
    for (double done = 0; done < length; done += part) {
      CpuUse.Spent before = cpu.now();
      Load.Outcome outcome = load.run(duration(part));
      if (outcome.failure() != null) {
        throw outcome.failure();
      }
      long count = outcome.latencies().count();
      parts.add(
          new Part(
              name,
              count,
              outcome.perSecond(),
              cpu.now().since(before, count),
              size.mostSinceLast()));
    }
  }

  private static String table(List<Part> parts) {
    TextTable table =
        new TextTable(
            "", "tx", "tx/s", "CPU us/tx", "pending most", "dead most", "table MB", "indexes MB");
    long transactions = 0;
    for (Part part : parts) {
      transactions += part.transactions();
      table.row(
          part.name(),
          String.format(Locale.ROOT, "%,d", transactions),
          String.format(Locale.ROOT, "%,.0f", part.perSecond()),
          String.format(Locale.ROOT, "%.0f", part.cpu().total()),
          String.format(Locale.ROOT, "%,d", part.most().pending()),
          String.format(Locale.ROOT, "%,d", part.most().dead()),
          String.format(Locale.ROOT, "%.0f", part.most().table() / MEGABYTE),
          String.format(Locale.ROOT, "%.0f", part.most().indexes() / MEGABYTE));
    }
    return table.toString();
  }
}
