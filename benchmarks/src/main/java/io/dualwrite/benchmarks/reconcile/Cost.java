package io.dualwrite.benchmarks.reconcile;

import io.dualwrite.benchmarks.system.Medians;
import java.util.List;

/**
 * What it took to read both tables once.
 *
 * @param wall seconds from the first request to the last answer
 * @param servers CPU seconds of both servers together
 * @param client CPU seconds of the client
 */
record Cost(double wall, double servers, double client) {
  static Cost median(List<Cost> costs) {
    return new Cost(
        Medians.of(costs, Cost::wall),
        Medians.of(costs, Cost::servers),
        Medians.of(costs, Cost::client));
  }
}
