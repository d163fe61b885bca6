package io.dualwrite.benchmarks.system;

import io.dualwrite.benchmarks.TextTable;
import io.dualwrite.jdbc.delivery.DeliveryProbe;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts delivery's rounds and the time between their points. Called by all delivering threads. */
final class RoundTimes implements DeliveryProbe {
  private record Passed(Point point, long nanos) {}

  private record Leg(LongAdder nanos, LongAdder times) {}

  private final Map<Point, Leg> legs = new EnumMap<>(Point.class);
  private final ThreadLocal<Passed> last =
      ThreadLocal.withInitial(() -> new Passed(Point.CLEARED, System.nanoTime()));

  RoundTimes() {
    reset();
  }

  synchronized void reset() {
    for (Point point : Point.values()) {
      legs.put(point, new Leg(new LongAdder(), new LongAdder()));
    }
  }

  @Override
  public void reached(Point point) {
    if (point == Point.PRIMARY_COMMITTED) {
      return;
    }
    long now = System.nanoTime();
    Passed before = last.get();
    Leg leg = legs.get(point);
    if (leg != null && before.point().compareTo(point) < 0) {
      leg.nanos().add(now - before.nanos());
    }
    if (leg != null) {
      leg.times().increment();
    }
    last.set(new Passed(point, now));
  }

  String report(long transactions) {
    TextTable table = new TextTable("delivery's rounds", "times", "us to here", "tx per time");
    legs.forEach(
        (point, leg) -> {
          long times = leg.times().sum();
          if (times > 0) {
            table.row(
                point.name(),
                Long.toString(times),
                SystemReport.number(0, leg.nanos().sum() / 1e3 / times),
                SystemReport.number(1, (double) transactions / times));
          }
        });
    return table.toString();
  }
}
