package io.dualwrite.benchmarks.wrapper;

import io.dualwrite.benchmarks.Machine;
import java.io.PrintStream;
import java.util.Collection;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs {@link StatementCycle}, {@link RowCycle} and {@link PlanLookup} and prints what each wrapper
 * adds; takes JMH's own options.
 */
public final class WrapperCost {
  private WrapperCost() {}

  /** Exit code 0 whatever the figures. */
  public static void main(String[] arguments) throws CommandLineOptionException, RunnerException {
    run(System.out, arguments);
  }

  static void run(PrintStream out, String... arguments)
      throws CommandLineOptionException, RunnerException {
    OptionsBuilder options = new OptionsBuilder();
    options
        .parent(new CommandLineOptions(arguments))
        .include(StatementCycle.class.getName())
        .include(RowCycle.class.getName())
        .include(PlanLookup.class.getName())
        .addProfiler(CpuTimeProfiler.class)
        .addProfiler(GCProfiler.class);
    Machine before = Machine.now();
    Collection<RunResult> results = new Runner(options.build()).run();
    out.println();
    out.println("wrapper cost per prepare-bind-execute-close cycle over a stub driver");
    out.printf("%s · load at the end %.1f%n", before.describe(), Machine.now().load());
    out.println();
    out.print(WrapperReport.of(results));
  }
}
