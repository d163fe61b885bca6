package io.dualwrite;

import io.github.resilience4j.core.IntervalFunction;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys whose copies failed, and until when each is left alone, so that one that never succeeds
 * does not hold up the rest. It remembers a bounded number; others are tried at each pass. Safe for
 * use by many threads.
 */
final class Setbacks {
  private static final Logger log = LoggerFactory.getLogger(Setbacks.class);
  private static final int MOST_KEYS = 10_000;
  private static final int LOUD_AFTER = 5;

  private final String writer;
  private final IntervalFunction delays;
  // Guarded by this.
  private final Map<String, Setback> byKey = new HashMap<>();

  Setbacks(String writer, IntervalFunction delays) {
    this.writer = writer;
    this.delays = delays;
  }

  synchronized boolean isLeftAlone(String key, long now) {
    Setback setback = byKey.get(key);
    return setback != null && setback.until - now > 0;
  }

  synchronized void succeeded(String key) {
    Setback setback = byKey.remove(key);
    if (setback != null && setback.failures >= LOUD_AFTER) {
      log.info("{}: key {} is copied after {} failures", writer, key, setback.failures);
    }
  }

  /** Notes a failure; {@code why} names no values. */
  synchronized void failed(String key, String why, long now) {
    Setback before = byKey.get(key);
    if (before == null && byKey.size() >= MOST_KEYS) {
      return;
    }
    int failures = before == null ? 1 : before.failures + 1;
    if (failures == LOUD_AFTER) {
      log.error(
          "{}: key {} could not be copied {} times ({}); tried again", writer, key, failures, why);
    }
    byKey.put(
        key, new Setback(failures, now + TimeUnit.MILLISECONDS.toNanos(delays.apply(failures))));
  }

  /**
   * The nanoseconds until the first key's time has come, at most {@code most}. Forgets the keys
   * whose time had come when a pass began that is over now: if one of them had failed again, its
   * time would be another.
   */
  synchronized long nextIn(long began, long most) {
    byKey.values().removeIf(each -> each.until - began <= 0);
    long now = System.nanoTime();
    return byKey.values().stream().mapToLong(each -> each.until - now).reduce(most, Math::min);
  }

  private record Setback(int failures, long until) {}
}
