package io.dualwrite;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A store of strings by number, that a test can make fail, hang or wait. */
final class Store {
  /** Runs at some point of a write, on the writing thread. */
  interface Point {
    void reached(long key, String value) throws InterruptedException;
  }

  private static final Point PASS = (key, value) -> {};

  final Map<Long, String> rows = new ConcurrentHashMap<>();
  final AtomicInteger calls = new AtomicInteger();
  private volatile @Nullable Supplier<? extends RuntimeException> failure;
  private volatile Point before = PASS;
  private volatile Point after = PASS;

  /** Stores the value and answers with it. */
  String put(long key, String value) {
    calls.incrementAndGet();
    reach(before, key, value);
    Supplier<? extends RuntimeException> failing = failure;
    if (failing != null) {
      throw failing.get();
    }
    rows.put(key, value);
    reach(after, key, value);
    return value;
  }

  @Nullable String get(long key) {
    calls.incrementAndGet();
    Supplier<? extends RuntimeException> failing = failure;
    if (failing != null) {
      throw failing.get();
    }
    return rows.get(key);
  }

  void fail(Supplier<? extends RuntimeException> with) {
    failure = with;
  }

  void heal() {
    failure = null;
  }

  void before(Point point) {
    before = point;
  }

  void after(Point point) {
    after = point;
  }

  /** Copies one key's state from the store of {@code from} to the other. */
  static Copier<Long> copier(Store source, Store target) {
    return (key, from) -> {
      Store primary = from == Side.SOURCE ? source : target;
      Store secondary = from == Side.SOURCE ? target : source;
      String value = primary.get(key);
      if (value == null) {
        secondary.rows.remove(key);
      } else {
        secondary.put(key, value);
      }
    };
  }

  /** Waits as a well-behaved client of a store does: an interrupt ends it. */
  static void awaitOrFail(CountDownLatch latch) {
    try {
      if (!latch.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("waited for 20 s");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Waits as a client does that cannot be interrupted. */
  static void awaitStubbornly(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return;
      } catch (InterruptedException e) {
        // On purpose: as a blocked socket does.
      }
    }
  }

  private static void reach(Point point, long key, String value) {
    try {
      point.reached(key, value);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }
}
