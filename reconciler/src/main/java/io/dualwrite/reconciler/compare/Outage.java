package io.dualwrite.reconciler.compare;

import io.dualwrite.reconciler.window.SideReadException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Remembers that a side does not answer, so that it is not asked for every window again. Safe for
 * use by several threads.
 */
public final class Outage {
  private final Snapshots snapshots;
  private final AtomicReference<Optional<SideReadException>> down =
      new AtomicReference<>(Optional.empty());

  /** Nothing is down yet. */
  public Outage(Snapshots snapshots) {
    this.snapshots = snapshots;
  }

  /** Throws what was said when a side was found down, if one was. */
  public void throwIfDown() {
    down.get()
        .ifPresent(
            e -> {
              throw e;
            });
  }

  /** Takes note of a failure; what went wrong, for the result. */
  public String problem(SideReadException e) {
    SideReadException failure = snapshots.explained(e);
    if (failure.isDown()) {
      down.compareAndSet(Optional.empty(), Optional.of(failure));
    }
    return failure.problem();
  }
}
