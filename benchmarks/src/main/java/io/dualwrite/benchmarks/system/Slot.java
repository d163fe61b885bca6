package io.dualwrite.benchmarks.system;

import io.dualwrite.jdbc.delivery.DeliveryProbe;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** One variant under one load, opened for it and closed after it. */
final class Slot {
  private final Servers servers;
  private final Workload workload;
  private final int threads;
  private final Duration warmup;
  private final Duration duration;
  private final AtomicLong ids;

  Slot(
      Servers servers,
      Workload workload,
      int threads,
      Duration warmup,
      Duration duration,
      AtomicLong ids) {
    this.servers = servers;
    this.workload = workload;
    this.threads = threads;
    this.warmup = warmup;
    this.duration = duration;
    this.ids = ids;
  }

  Measurement run(Variant variant) throws SQLException, InterruptedException {
    try (Store store = variant.open(servers, DeliveryProbe.NONE)) {
      warmUp(variant, store);
      return measure(variant, store, true);
    }
  }

  void warmUp(Variant variant, Store store) throws SQLException, InterruptedException {
    long first = ids.get() + 1;
    new Load(store, workload, threads, ids).run(warmup);
    try (Arrivals arrivals = new Arrivals(servers, variant, workload, first)) {
      arrivals.awaitAll();
    }
  }

  /**
   * Measures an opened variant.
   *
   * @param targetUp whether rows can arrive; without, delivery is not waited for
   */
  Measurement measure(Variant variant, Store store, boolean targetUp)
      throws SQLException, InterruptedException {
    try (Arrivals arrivals = new Arrivals(servers, variant, workload, ids.get() + 1);
        JournalWatch journal = new JournalWatch(servers, variant, workload)) {
      // Its server has to run to be asked, and its children end with it.
      CpuUse cpu = targetUp ? CpuUse.of(servers) : CpuUse.UNKNOWN;
      CpuUse.Spent before = cpu.now();
      Load.Outcome outcome = new Load(store, workload, threads, ids).run(duration);
      double emptyAfter = targetUp ? arrivals.awaitAll() : Double.POSITIVE_INFINITY;
      CpuUse.Spent spent = cpu.now().since(before, outcome.latencies().count());
      if (outcome.failure() != null) {
        System.err.printf(
            "%s: %d of %d transactions failed, the first with %s%n",
            variant.label(),
            outcome.failures(),
            outcome.failures() + outcome.latencies().count(),
            outcome.failure());
      }
      Latencies lags = targetUp && !workload.bulk() ? arrivals.lags() : new Latencies();
      return new Measurement(
          outcome.latencies().count(),
          outcome.latencies().percentile(0.5) / 1e3,
          outcome.latencies().percentile(0.99) / 1e3,
          outcome.perSecond(),
          spent,
          outcome.failures(),
          lags.percentile(0.5) / 1e6,
          lags.percentile(0.99) / 1e6,
          journal.most(),
          arrivals.journalBytes(),
          emptyAfter);
    }
  }
}
