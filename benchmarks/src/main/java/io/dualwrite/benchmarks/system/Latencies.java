package io.dualwrite.benchmarks.system;

import java.util.Arrays;

/** Durations in nanoseconds, collected by one thread. */
public final class Latencies {
  private long[] nanos = new long[1 << 14];
  private int count;

  /** One more. */
  public void add(long duration) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = duration;
  }

  /** All of another. */
  public void addAll(Latencies others) {
    for (int i = 0; i < others.count; i++) {
      add(others.nanos[i]);
    }
  }

  /** How many. */
  public int count() {
    return count;
  }

  /** The duration that this share of them does not exceed; not a number when there are none. */
  public double percentile(double share) {
    if (count == 0) {
      return Double.NaN;
    }
    Arrays.sort(nanos, 0, count);
    return nanos[Math.min(count - 1, (int) (share * count))];
  }
}
