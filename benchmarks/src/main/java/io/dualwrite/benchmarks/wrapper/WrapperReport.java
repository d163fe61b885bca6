package io.dualwrite.benchmarks.wrapper;

import io.dualwrite.benchmarks.Goal;
import io.dualwrite.benchmarks.TextTable;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** CPU time and allocation of each wrapper, and what they are above the bare driver. */
final class WrapperReport {
  private static final double MOST_NANOS = 60;

  private WrapperReport() {}

  private record Cost(double nanos, double error, double bytes) {}

  static String of(Collection<RunResult> results) {
    Map<Wrapper, Cost> writes = costs(results, "write");
    Map<Wrapper, Cost> reads = costs(results, "read");
    TextTable table = new TextTable("", "CPU ns", "±", "above bare", "B/cycle");
    rows(table, "write", writes);
    rows(table, "read", reads);
    return table + goals(writes);
  }

  private static Map<Wrapper, Cost> costs(Collection<RunResult> results, String method) {
    Map<Wrapper, Cost> costs = new EnumMap<>(Wrapper.class);
    for (RunResult run : results) {
      if (run.getParams().getBenchmark().endsWith("." + method)) {
        Wrapper wrapper = Wrapper.valueOf(run.getParams().getParam("wrapper"));
        Result<?> cpu = run.getSecondaryResults().get(CpuTimeProfiler.RESULT);
        Result<?> bytes = run.getSecondaryResults().get("gc.alloc.rate.norm");
        if (cpu != null && bytes != null) {
          costs.put(
              wrapper,
              new Cost(
                  cpu.getScore(), cpu.getStatistics().getStandardDeviation(), bytes.getScore()));
        }
      }
    }
    return costs;
  }

  private static void rows(TextTable table, String method, Map<Wrapper, Cost> costs) {
    Cost bare = costs.get(Wrapper.NONE);
    costs.forEach(
        (wrapper, cost) ->
            table.row(
                method + ", " + wrapper.label(),
                number(cost.nanos()),
                number(cost.error()),
                bare == null || wrapper == Wrapper.NONE ? "" : number(cost.nanos() - bare.nanos()),
                number(cost.bytes())));
  }

  private static String goals(Map<Wrapper, Cost> writes) {
    Cost bare = writes.get(Wrapper.NONE);
    Cost passThrough = writes.get(Wrapper.DUALWRITE_PASS_THROUGH);
    if (bare == null || passThrough == null) {
      return "";
    }
    double above = passThrough.nanos() - bare.nanos();
    double bytes = passThrough.bytes() - bare.bytes();
    int wrapper = wrapperBytes();
    return "\n"
        + Goal.table(
            List.of(
                new Goal(
                    "pass-through above the bare driver",
                    "<= 60 ns",
                    number(above) + " ns",
                    above <= MOST_NANOS),
                new Goal(
                    "pass-through allocates the wrapper objects alone",
                    "<= " + wrapper + " B",
                    number(bytes) + " B",
                    Math.round(bytes) <= wrapper)));
  }

  /** One wrapped statement per cycle. */
  private static int wrapperBytes() {
    try (Wrapper.Opened opened = Wrapper.DUALWRITE_PASS_THROUGH.open();
        PreparedStatement statement = opened.connection().prepareStatement(Statements.WRITE)) {
      return ShallowSize.of(statement.getClass());
    } catch (SQLException e) {
      throw new IllegalStateException("the stub driver failed", e);
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
