package io.dualwrite.benchmarks.wrapper;

import static io.dualwrite.benchmarks.wrapper.Cost.number;

import io.dualwrite.benchmarks.Goal;
import io.dualwrite.benchmarks.TextTable;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openjdk.jmh.results.RunResult;

/** CPU time and allocation of each wrapper, what they are above the bare driver, and the goals. */
final class WrapperReport {
  private static final double MOST_NANOS = 60;
  private static final double MOST_READ_NANOS = 20;
  private static final double MOST_FRESH_NANOS = 110;
  private static final double MOST_SAME_NANOS = 10;
  private static final double LEAST_TIMES = 10;

  /** Of a row; what is below can be the noise of the measurement alone. */
  private static final double NO_NANOS = 1;

  private final Collection<RunResult> results;
  private final List<Goal> goals = new ArrayList<>();

  private WrapperReport(Collection<RunResult> results) {
    this.results = results;
  }

  static String of(Collection<RunResult> results) {
    return new WrapperReport(results).text();
  }

  private String text() {
    Map<Wrapper, Cost> writes = cycles("write");
    Map<Wrapper, Cost> reads = cycles("read");
    TextTable cycles = new TextTable("", "CPU ns", "±", "above bare", "B/cycle");
    rows(cycles, "write", writes);
    rows(cycles, "read", reads);
    passThrough(writes);
    reads(reads);
    String perRow = perRow();
    String lookups = lookups();
    others("write", writes);
    others("read", reads);
    return cycles + "\n" + perRow + "\n" + lookups + "\n" + Goal.table(goals);
  }

  private Map<Wrapper, Cost> cycles(String method) {
    Map<Wrapper, Cost> costs = new EnumMap<>(Wrapper.class);
    for (Wrapper wrapper : Wrapper.values()) {
      Cost.of(results, StatementCycle.class, method, Map.of("wrapper", wrapper.name()))
          .ifPresent(cost -> costs.put(wrapper, cost));
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
                number(cost.deviation()),
                bare == null || wrapper == Wrapper.NONE ? "" : number(cost.nanos() - bare.nanos()),
                number(cost.bytes())));
  }

  private void passThrough(Map<Wrapper, Cost> writes) {
    Cost bare = writes.get(Wrapper.NONE);
    Cost passThrough = writes.get(Wrapper.DUALWRITE_PASS_THROUGH);
    if (bare == null || passThrough == null) {
      return;
    }
    atMost("pass-through above the bare driver", MOST_NANOS, passThrough.nanos() - bare.nanos());
    double bytes = passThrough.bytes() - bare.bytes();
    int wrapper = wrapperBytes();
    goals.add(
        new Goal(
            "pass-through allocates the wrapper objects alone",
            "<= " + wrapper + " B",
            number(bytes) + " B",
            Math.round(bytes) <= wrapper));
  }

  private void reads(Map<Wrapper, Cost> reads) {
    Cost delegate = reads.get(Wrapper.DELEGATE);
    Cost ours = reads.get(Wrapper.DUALWRITE);
    if (delegate != null && ours != null) {
      atMost(
          "a read above the hand-written delegate",
          MOST_READ_NANOS,
          ours.nanos() - delegate.nanos());
    }
  }

  private String perRow() {
    TextTable table = new TextTable("", "1 row, CPU ns", "100 rows, CPU ns", "per row");
    Map<Wrapper, Double> each = new EnumMap<>(Wrapper.class);
    for (Wrapper wrapper : Wrapper.values()) {
      rows(wrapper, "1")
          .ifPresent(
              one ->
                  rows(wrapper, "100")
                      .ifPresent(
                          hundred -> {
                            double row = (hundred.nanos() - one.nanos()) / 99;
                            each.put(wrapper, row);
                            table.row(
                                "read, " + wrapper.label(),
                                number(one.nanos()),
                                number(hundred.nanos()),
                                number(row));
                          }));
    }
    Double bare = each.get(Wrapper.NONE);
    Double ours = each.get(Wrapper.DUALWRITE);
    if (bare != null && ours != null) {
      atMost("a row read above the bare driver (none, within 1 ns)", NO_NANOS, ours - bare);
    }
    return table.toString();
  }

  private Optional<Cost> rows(Wrapper wrapper, String rows) {
    return Cost.of(
        results, RowCycle.class, "rows", Map.of("wrapper", wrapper.name(), "rows", rows));
  }

  private String lookups() {
    TextTable table =
        new TextTable("", "plan given, CPU ns", "looked up, CPU ns", "classification");
    for (PlanLookup.Text text : PlanLookup.Text.values()) {
      boolean fresh = text == PlanLookup.Text.FRESH;
      for (String method : new String[] {"write", "read"}) {
        String label = method + ", " + (fresh ? "a new String" : "the same String");
        lookup(method, text, PlanLookup.Source.GIVEN)
            .ifPresent(
                given ->
                    lookup(method, text, PlanLookup.Source.KNOWN)
                        .ifPresent(
                            known -> {
                              double nanos = known.nanos() - given.nanos();
                              table.row(
                                  label,
                                  number(given.nanos()),
                                  number(known.nanos()),
                                  number(nanos));
                              atMost(
                                  "classification: " + label,
                                  fresh ? MOST_FRESH_NANOS : MOST_SAME_NANOS,
                                  nanos);
                            }));
      }
    }
    return table.toString();
  }

  private Optional<Cost> lookup(String method, PlanLookup.Text text, PlanLookup.Source source) {
    return Cost.of(
        results, PlanLookup.class, method, Map.of("text", text.name(), "source", source.name()));
  }

  private void others(String method, Map<Wrapper, Cost> costs) {
    Cost bare = costs.get(Wrapper.NONE);
    Cost ours = costs.get(Wrapper.DUALWRITE);
    if (bare == null || ours == null) {
      return;
    }
    for (Wrapper other : new Wrapper[] {Wrapper.P6SPY, Wrapper.DATASOURCE_PROXY}) {
      Cost theirs = costs.get(other);
      if (theirs != null) {
        double times = (theirs.nanos() - bare.nanos()) / (ours.nanos() - bare.nanos());
        goals.add(
            new Goal(
                "overhead of " + other.label() + " to ours, " + method,
                ">= 10",
                number(times),
                times >= LEAST_TIMES));
      }
    }
  }

  private void atMost(String name, double most, double nanos) {
    goals.add(
        new Goal(name, "<= " + Math.round(most) + " ns", number(nanos) + " ns", nanos <= most));
  }

  /** One wrapped statement per cycle. */
  private static int wrapperBytes() {
    try (Wrapper.Opened opened = Wrapper.DUALWRITE_PASS_THROUGH.open(1);
        PreparedStatement statement = opened.connection().prepareStatement(Statements.WRITE)) {
      return ShallowSize.of(statement.getClass());
    } catch (SQLException e) {
      throw new IllegalStateException("the stub driver failed", e);
    }
  }
}
