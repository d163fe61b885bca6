package io.dualwrite.chaos.workload;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Numbers for versions and keys that grow over processes: microseconds since 1970, each once. Of
 * one thread.
 */
final class Stamps {
  private static final int WRITERS = 64;

  private final Clock clock;
  private final int writer;
  private long last;

  /**
   * @param writer tells the keys of threads apart, 0 to 63
   */
  Stamps(Clock clock, int writer) {
    this.clock = clock;
    this.writer = writer;
  }

  /** A version that is higher than any that this thread, or its predecessor, has given. */
  long version() {
    last = Math.max(last + 1, ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()));
    return last;
  }

  /** A key that nobody else has. */
  long key() {
    return version() * WRITERS + writer;
  }
}
