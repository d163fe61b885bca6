package io.dualwrite.reconciler.backfill;

import java.time.Instant;
import java.util.Optional;

/** Where history ends, as the writers' registrations tell. */
public interface HistoryEnd {
  /** The completion point; empty while it cannot be known. */
  Optional<Instant> known();

  /**
   * The completion point.
   *
   * @throws RuntimeException saying why it cannot be known
   */
  Instant required();
}
