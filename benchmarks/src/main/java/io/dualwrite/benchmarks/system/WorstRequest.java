package io.dualwrite.benchmarks.system;

import io.dualwrite.SecondarySettings;
import io.dualwrite.jdbc.delivery.DeliveryProbe;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The longest request under {@code delivery: SYNC} while the target is in trouble.
 *
 * @param trouble what was wrong
 * @param limit {@code secondary.timeout}, milliseconds
 * @param worst the longest request, milliseconds
 * @param requests how many there were
 * @param failures how many of them failed
 */
record WorstRequest(Trouble trouble, double limit, double worst, long requests, long failures) {
  private static final Duration WELL = Duration.ofSeconds(1);

  /** Long enough for the breaker to open, to try and to open again. */
  private static final Duration IN_TROUBLE = Duration.ofSeconds(16);

  static WorstRequest measure(
      Trouble trouble, Servers direct, Workload workload, int threads, AtomicLong ids)
      throws SQLException, InterruptedException {
    Servers servers = trouble.prepare(direct);
    try (Store store = Variant.RECOVER_SYNC.open(servers, DeliveryProbe.NONE)) {
      Load load = new Load(store, workload, threads, ids);
      load.run(WELL);
      Load.Outcome outcome;
      trouble.begin(servers);
      try {
        outcome = load.run(IN_TROUBLE);
      } finally {
        trouble.end(servers);
      }
      return new WorstRequest(
          trouble,
          SecondarySettings.defaults().timeout().toMillis(),
          outcome.latencies().percentile(1) / 1e6,
          outcome.latencies().count(),
          outcome.failures());
    } finally {
      servers.closeProxy();
    }
  }
}
