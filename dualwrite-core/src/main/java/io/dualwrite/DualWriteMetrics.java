package io.dualwrite;

import static java.util.Objects.requireNonNull;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.micrometer.tagged.TaggedCircuitBreakerMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a migration measures, under the Micrometer names of the user guide, each with the tag {@code
 * migration}.
 *
 * <p>Without a registry nothing is measured and the clock is not read. Meters are kept per set of
 * tags, so recording allocates nothing once a set was seen. Safe for use by many threads.
 */
public final class DualWriteMetrics implements AutoCloseable {
  private static final DualWriteMetrics NONE = new DualWriteMetrics(null, "");

  private final @Nullable MeterRegistry registry;
  private final Tags common;
  private final Map<String, Map<String, Map<Side, Map<WriteOutcome, Timer>>>> writes =
      new ConcurrentHashMap<>();
  private final Map<String, Map<String, Counter>> secondaryFailures = new ConcurrentHashMap<>();
  private final Map<String, Counter> unmirrored = new ConcurrentHashMap<>();
  private final Map<String, Counter> deliveredRows = new ConcurrentHashMap<>();
  private final Map<String, Timer> deliveryLag = new ConcurrentHashMap<>();
  private final Map<ShadowOutcome, Counter> shadowReads = new ConcurrentHashMap<>();
  private final Map<Side, Timer> shadowLatency = new ConcurrentHashMap<>();
  private final Queue<Meter> gauges = new ConcurrentLinkedQueue<>();
  private final Queue<CircuitBreakerRegistry> breakers = new ConcurrentLinkedQueue<>();

  private DualWriteMetrics(@Nullable MeterRegistry registry, String migration) {
    this.registry = registry;
    this.common = Tags.of("migration", migration);
  }

  /** Metrics of {@code migration} in {@code registry}; with no registry, {@link #none()}. */
  public static DualWriteMetrics of(@Nullable MeterRegistry registry, String migration) {
    return registry == null ? NONE : new DualWriteMetrics(registry, migration);
  }

  /** Measures nothing. */
  public static DualWriteMetrics none() {
    return NONE;
  }

  /**
   * The time from which {@link #write} and the others measure, in {@link System#nanoTime()}; zero
   * with no registry.
   */
  public long started() {
    return registry == null ? 0 : System.nanoTime();
  }

  /** One write on one side ({@code dualwrite.writes}) that began at {@link #started()}. */
  public void write(String table, String operation, Side side, WriteOutcome outcome, long started) {
    if (registry == null) {
      return;
    }
    long nanos = System.nanoTime() - started;
    Map<String, Map<Side, Map<WriteOutcome, Timer>>> ofTable = writes.get(table);
    if (ofTable == null) {
      ofTable = writes.computeIfAbsent(table, t -> new ConcurrentHashMap<>());
    }
    Map<Side, Map<WriteOutcome, Timer>> timers = ofTable.get(operation);
    if (timers == null) {
      timers = ofTable.computeIfAbsent(operation, o -> writeTimers(registry, table, o));
    }
    requireNonNull(requireNonNull(timers.get(side)).get(outcome))
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A write that the secondary did not take ({@code dualwrite.secondary.failures}). */
  public void secondaryFailure(String table, String reason) {
    if (registry == null) {
      return;
    }
    Map<String, Counter> ofTable = secondaryFailures.get(table);
    if (ofTable == null) {
      ofTable = secondaryFailures.computeIfAbsent(table, t -> new ConcurrentHashMap<>());
    }
    Counter counter = ofTable.get(reason);
    if (counter == null) {
      counter =
          ofTable.computeIfAbsent(
              reason,
              r ->
                  counter(
                      registry,
                      "dualwrite.secondary.failures",
                      Tags.of("table", table, "reason", r)));
    }
    counter.increment();
  }

  /** A statement or call that writes and is not mirrored ({@code dualwrite.unmirrored}). */
  public void unmirrored(String reason) {
    if (registry == null) {
      return;
    }
    Counter counter = unmirrored.get(reason);
    if (counter == null) {
      counter =
          unmirrored.computeIfAbsent(
              reason, r -> counter(registry, "dualwrite.unmirrored", Tags.of("reason", r)));
    }
    counter.increment();
  }

  /** Rows that arrived on the secondary ({@code dualwrite.delivery.rows}). */
  public void delivered(String table, long rows) {
    if (registry == null) {
      return;
    }
    Counter counter = deliveredRows.get(table);
    if (counter == null) {
      counter =
          deliveredRows.computeIfAbsent(
              table, t -> counter(registry, "dualwrite.delivery.rows", Tags.of("table", t)));
    }
    counter.increment((double) rows);
  }

  /** The time from the primary's commit to the secondary's ({@code dualwrite.delivery.lag}). */
  public void deliveryLag(Duration lag) {
    if (registry == null) {
      return;
    }
    deliveryLag
        .computeIfAbsent("", any -> timer(registry, "dualwrite.delivery.lag", Tags.empty()))
        .record(lag);
  }

  /** A shadow read came to an end, or was not made ({@code dualwrite.shadow.reads}). */
  public void shadowRead(ShadowOutcome outcome) {
    if (registry == null) {
      return;
    }
    shadowReads
        .computeIfAbsent(
            outcome,
            o -> counter(registry, "dualwrite.shadow.reads", Tags.of("outcome", o.label())))
        .increment();
  }

  /** How long a sampled read took on one side ({@code dualwrite.shadow.latency}). */
  public void shadowLatency(Side side, long nanos) {
    if (registry == null) {
      return;
    }
    shadowLatency
        .computeIfAbsent(
            side, s -> timer(registry, "dualwrite.shadow.latency", Tags.of("side", s.label())))
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * Shows the journal ({@code dualwrite.journal.pending}, {@code dualwrite.journal.oldest.age} in
   * seconds). Both are asked when the registry is scraped, on its thread, and may say {@link
   * Double#NaN} for "unknown".
   */
  public void showJournal(DoubleSupplier pending, DoubleSupplier oldestAgeSeconds) {
    gauge("dualwrite.journal.pending", "rows", pending);
    gauge("dualwrite.journal.oldest.age", "seconds", oldestAgeSeconds);
  }

  /**
   * Shows the configured phase ({@code dualwrite.phase}: 0 SOURCE_ONLY, 1 SOURCE_PRIMARY, 2
   * TARGET_PRIMARY, 3 TARGET_ONLY) and the kill switch ({@code dualwrite.kill.switch}: 1 engaged, 0
   * released).
   */
  @SuppressWarnings("EnumOrdinal") // The phases are declared in the order of the migration.
  public void showState(Supplier<Phase> phase, BooleanSupplier killSwitch) {
    gauge("dualwrite.phase", null, () -> phase.get().ordinal());
    gauge("dualwrite.kill.switch", null, () -> killSwitch.getAsBoolean() ? 1 : 0);
  }

  /** Shows the circuit breaker under Resilience4j's own names. */
  public void show(CircuitBreaker breaker) {
    if (registry != null) {
      CircuitBreakerRegistry shown = CircuitBreakerRegistry.ofDefaults();
      // A registry takes a breaker made elsewhere only in the place of one of its own.
      shown.circuitBreaker(breaker.getName());
      shown.replace(breaker.getName(), breaker);
      TaggedCircuitBreakerMetrics.ofCircuitBreakerRegistry(shown).bindTo(registry);
      breakers.add(shown);
    }
  }

  /** Takes the gauges and the circuit breaker out of the registry; what else was counted stays. */
  @Override
  public void close() {
    if (registry != null) {
      for (Meter each = gauges.poll(); each != null; each = gauges.poll()) {
        registry.remove(each);
      }
      for (CircuitBreakerRegistry shown = breakers.poll(); shown != null; shown = breakers.poll()) {
        // The meters go with the breaker.
        shown.getAllCircuitBreakers().stream().map(CircuitBreaker::getName).forEach(shown::remove);
      }
    }
  }

  private Map<Side, Map<WriteOutcome, Timer>> writeTimers(
      MeterRegistry registry, String table, String operation) {
    Map<Side, Map<WriteOutcome, Timer>> timers = new EnumMap<>(Side.class);
    for (Side side : Side.values()) {
      Map<WriteOutcome, Timer> ofSide = new EnumMap<>(WriteOutcome.class);
      for (WriteOutcome outcome : WriteOutcome.values()) {
        Tags tags =
            Tags.of("table", table, "operation", operation)
                .and("side", side.label(), "outcome", outcome.label());
        ofSide.put(outcome, timer(registry, "dualwrite.writes", tags));
      }
      timers.put(side, ofSide);
    }
    return timers;
  }

  private Counter counter(MeterRegistry registry, String name, Tags tags) {
    return Counter.builder(name).tags(common).tags(tags).register(registry);
  }

  private Timer timer(MeterRegistry registry, String name, Tags tags) {
    return Timer.builder(name).tags(common).tags(tags).register(registry);
  }

  private void gauge(String name, @Nullable String unit, DoubleSupplier value) {
    if (registry != null) {
      gauges.add(
          Gauge.builder(name, value::getAsDouble).tags(common).baseUnit(unit).register(registry));
    }
  }
}
