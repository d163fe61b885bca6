package io.dualwrite.reconciler.watch;

import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.watch.WatchState.Verdict;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** A watch's state as metrics. Not a number: it is not known. */
public final class WatchMetrics implements Consumer<WatchState> {
  private static final List<Status> COUNTED =
      List.of(Status.DIFFERS, Status.NOT_YET, Status.FAILED, Status.SKIPPED);

  private final MultiGauge parts;
  private final MultiGauge rows;
  private final MultiGauge read;
  private final MultiGauge oldest;
  private final MultiGauge notTakenBack;
  private volatile Optional<WatchState> latest = Optional.empty();

  /** Registers them. */
  public WatchMetrics(MeterRegistry registry) {
    gauge(
        registry,
        "dualwrite.watch.in.sync",
        "1 if everything comparable was found equal",
        s -> s.verdict() == Verdict.IN_SYNC ? 1 : 0);
    gauge(
        registry,
        "dualwrite.watch.drift",
        "1 if rows differ",
        s -> s.verdict() == Verdict.DRIFT ? 1 : 0);
    gauge(
        registry,
        "dualwrite.watch.away",
        "1 while a database, or the configuration, does not let it look",
        s -> s.away().isPresent() ? 1 : 0);
    gauge(
        registry,
        "dualwrite.watch.lag",
        "Seconds since the time up to which tables were compared",
        s -> s.upTo().map(t -> Duration.between(t, s.at()).toMillis() / 1000.0).orElse(Double.NaN));
    gauge(registry, "dualwrite.watch.rounds", "Rounds so far", s -> (double) s.rounds());
    gauge(
        registry,
        "dualwrite.journal.pending",
        "Entries that wait for delivery",
        s -> s.control().map(c -> (double) c.pending()).orElse(Double.NaN));
    gauge(
        registry,
        "dualwrite.journal.oldest.age",
        "Age of the oldest of them in seconds",
        s -> s.control().map(Looks.Migration::oldestSeconds).orElse(Double.NaN));
    gauge(
        registry,
        "dualwrite.journal.set.aside",
        "Entries that could not be delivered",
        s -> s.control().map(c -> (double) c.setAside()).orElse(Double.NaN));
    this.parts =
        MultiGauge.builder("dualwrite.watch.parts")
            .description("Parts of tables that were not equal when last looked at")
            .register(registry);
    this.rows =
        MultiGauge.builder("dualwrite.watch.differing.rows")
            .description("Rows that differ")
            .register(registry);
    this.read =
        MultiGauge.builder("dualwrite.watch.rows.read")
            .description("Rows of the source read since the watch began")
            .register(registry);
    this.oldest =
        MultiGauge.builder("dualwrite.watch.oldest.look.age")
            .description("Seconds since the part looked at longest ago was looked at")
            .register(registry);
    this.notTakenBack =
        MultiGauge.builder("dualwrite.watch.not.taken.back")
            .description(
                "1 if rows differ in what is kept as verified and that could not be taken back")
            .register(registry);
  }

  private void gauge(
      MeterRegistry registry, String name, String description, ToDoubleFunction<WatchState> value) {
    Gauge.builder(name, this, m -> m.latest.map(value::applyAsDouble).orElse(Double.NaN))
        .description(description)
        .register(registry);
  }

  @Override
  public void accept(WatchState state) {
    latest = Optional.of(state);
    List<MultiGauge.Row<?>> byStatus = new ArrayList<>();
    List<MultiGauge.Row<?>> differing = new ArrayList<>();
    List<MultiGauge.Row<?>> readRows = new ArrayList<>();
    List<MultiGauge.Row<?>> ages = new ArrayList<>();
    List<MultiGauge.Row<?>> kept = new ArrayList<>();
    for (WatchState.TableDrift table : state.tables()) {
      Tags tags = Tags.of("table", table.table());
      for (Status status : COUNTED) {
        String verdict = status.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        byStatus.add(MultiGauge.Row.of(tags.and("verdict", verdict), table.count(status)));
      }
      differing.add(MultiGauge.Row.of(tags, table.differing()));
      kept.add(MultiGauge.Row.of(tags, table.notTakenBack().isPresent() ? 1 : 0));
      readRows.add(MultiGauge.Row.of(tags, table.rows()));
      table
          .oldest()
          .map(at -> Duration.between(at, state.at()).toMillis() / 1000.0)
          .ifPresent(age -> ages.add(MultiGauge.Row.of(tags, age)));
    }
    parts.register(byStatus, true);
    rows.register(differing, true);
    read.register(readRows, true);
    oldest.register(ages, true);
    notTakenBack.register(kept, true);
  }
}
