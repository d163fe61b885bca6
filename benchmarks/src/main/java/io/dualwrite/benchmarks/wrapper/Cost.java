package io.dualwrite.benchmarks.wrapper;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * What one cycle cost.
 *
 * @param nanos of CPU time
 * @param deviation over the iterations
 * @param bytes allocated
 */
record Cost(double nanos, double deviation, double bytes) {

  /** That of one benchmark with these parameters, if it was measured. */
  static Optional<Cost> of(
      Collection<RunResult> results, Class<?> type, String method, Map<String, String> parameters) {
    String name = type.getName() + "." + method;
    return results.stream()
        .filter(run -> run.getParams().getBenchmark().equals(name))
        .filter(
            run ->
                parameters.entrySet().stream()
                    .allMatch(p -> p.getValue().equals(run.getParams().getParam(p.getKey()))))
        .findFirst()
        .flatMap(Cost::of);
  }

  private static Optional<Cost> of(RunResult run) {
    Result<?> cpu = run.getSecondaryResults().get(CpuTimeProfiler.RESULT);
    Result<?> bytes = run.getSecondaryResults().get("gc.alloc.rate.norm");
    return cpu == null || bytes == null
        ? Optional.empty()
        : Optional.of(
            new Cost(cpu.getScore(), cpu.getStatistics().getStandardDeviation(), bytes.getScore()));
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
