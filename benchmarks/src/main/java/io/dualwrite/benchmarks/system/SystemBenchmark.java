package io.dualwrite.benchmarks.system;

import io.dualwrite.benchmarks.Machine;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Compares the ways to write to two databases with writing to one, on two embedded servers with
 * durable settings. Exit code 0 whatever the figures: it reports, it does not judge a build.
 */
@Command(
    name = "benchmarks/run system",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Measures what an application pays for writing to two databases.")
public final class SystemBenchmark implements Callable<Integer> {
  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "rounds over all variants (${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--seconds",
      defaultValue = "1",
      description = "measured in each slot (${DEFAULT-VALUE})")
  private double seconds;

  @Option(
      names = "--warmup",
      defaultValue = "1",
      description = "seconds before that (${DEFAULT-VALUE})")
  private double warmup;

  @Option(
      names = "--threads",
      split = ",",
      description = "of the application (1,8; bulk loads 1,4; COPY 1)")
  private List<Integer> threads = List.of();

  @Option(names = "--workloads", split = ",", description = "${COMPLETION-CANDIDATES} (all)")
  private List<Workload> workloads = List.of(Workload.values());

  @Option(
      names = "--variants",
      split = ",",
      defaultValue =
          "SOURCE_ALONE,HAND_WRITTEN,RECOVER_ASYNC,RECOVER_TRIGGER,RECOVER_SYNC,STRICT,BEST_EFFORT,PASS_THROUGH",
      description = "${COMPLETION-CANDIDATES}")
  private List<Variant> variants = List.of();

  @Option(names = "--no-outage", description = "leave out the rounds with the target in trouble")
  private boolean noOutage;

  @Option(
      names = "--outage",
      defaultValue = "60",
      description = "seconds of the outage that is caught up with; 0: none (${DEFAULT-VALUE})")
  private double outageSeconds;

  @Option(
      names = "--prepared",
      defaultValue = "64",
      description =
          "max_prepared_transactions of the target: 0 has STRICT take one phase (${DEFAULT-VALUE})")
  private int prepared;

  @Option(names = "--profile", description = "show where each variant spends its time instead")
  private boolean profile;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final AtomicLong ids = new AtomicLong();

  /** Runs it. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new SystemBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws SQLException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    try (Servers servers = Servers.start(profile, prepared)) {
      Machine machine = Machine.now();
      out.printf(
          "%s · PostgreSQL %s · fsync on · STRICT in %s%n",
          machine.describe(), servers.version(), prepared > 0 ? "two phases" : "one phase");
      for (Variant variant : variants) {
        servers.createDatabase(variant.database());
      }
      if (profile) {
        profile(servers, out);
      } else {
        compare(servers, out);
      }
      out.printf("load at the end %.1f%n", Machine.now().load());
      out.flush();
    }
    return 0;
  }

  private void compare(Servers servers, PrintWriter out) throws SQLException, InterruptedException {
    out.printf(
        "medians of %d rounds of %.1f s; x: to source alone in the same round%n%n",
        rounds, seconds);
    out.flush();
    SystemReport report = new SystemReport();
    for (Workload workload : workloads) {
      for (int number : threads(workload)) {
        out.println(report.rounds(workload, number, rounds(servers, workload, number)));
        out.flush();
      }
      if (workload.bulk() && variants.contains(Variant.RECOVER_ASYNC)) {
        Equality equality = new Equality(servers, Variant.RECOVER_ASYNC.database());
        out.printf("%s%n%n", equality.of(List.of(workload.insertedOnly())).text());
      }
    }
    if (!noOutage && !workloads.get(0).bulk() && variants.contains(Variant.RECOVER_ASYNC)) {
      for (int number : threads(workloads.get(0))) {
        outages(servers, number, report.outages(workloads.get(0), number), out);
      }
    }
    out.println(report.goals());
  }

  private void outages(Servers servers, int number, OutageReport report, PrintWriter out)
      throws SQLException, InterruptedException {
    Workload workload = workloads.get(0);
    for (Trouble trouble : Trouble.values()) {
      Outage outage = new Outage(trouble);
      outage.run(servers, slot(servers, workload, number), workload, rounds);
      out.println(report.text(outage));
      out.flush();
      if (variants.contains(Variant.RECOVER_SYNC)) {
        out.println(report.text(WorstRequest.measure(trouble, servers, workload, number, ids)));
        out.flush();
      }
    }
    if (outageSeconds > 0) {
      out.println(
          report.text(CatchUp.measure(servers, workload, number, ids, duration(outageSeconds))));
      out.flush();
    }
  }

  private List<Integer> threads(Workload workload) {
    return threads.isEmpty() ? workload.threads() : threads;
  }

  private Rounds rounds(Servers servers, Workload workload, int number)
      throws SQLException, InterruptedException {
    Slot slot = slot(servers, workload, number);
    Rounds measured = new Rounds();
    List<Variant> order = new ArrayList<>(variants);
    order.removeIf(variant -> !variant.suits(workload));
    for (int round = 0; round < rounds; round++) {
      for (Variant variant : order) {
        long began = System.nanoTime();
        measured.add(variant, slot.run(variant));
        System.err.printf(
            "%s, %d threads, round %d of %d: %s (%.1f s)%n",
            workload.label(),
            number,
            round + 1,
            rounds,
            variant.label(),
            (System.nanoTime() - began) / 1e9);
      }
      // Nobody always runs after the same neighbour.
      Collections.rotate(order, 1);
    }
    return measured;
  }

  private void profile(Servers servers, PrintWriter out) throws SQLException, InterruptedException {
    for (Workload workload : workloads) {
      for (int number : threads(workload)) {
        for (Variant variant : variants) {
          Slot slot = slot(servers, workload, number);
          out.println(new Profile(servers, slot, variant, workload, number).run());
          out.flush();
        }
      }
    }
  }

  private Slot slot(Servers servers, Workload workload, int number) {
    return new Slot(servers, workload, number, duration(warmup), duration(seconds), ids);
  }

  private static Duration duration(double inSeconds) {
    return Duration.ofNanos(Math.round(inSeconds * 1e9));
  }
}
