package io.dualwrite.reconciler.compare;

import io.dualwrite.reconciler.window.SideReadException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Remembers that a side does not answer, so that it is not asked for every window again. Safe for
 * use by several threads.
 */
public final class Outage {
  private final Snapshots snapshots;
  private final AtomicReference<@Nullable SideReadException> down = new AtomicReference<>();

  /** Nothing is down yet. */
  public Outage(Snapshots snapshots) {
    this.snapshots = snapshots;
  }

  /** Throws what was said when a side was found down, if one was. */
  public void throwIfDown() {
    SideReadException failure = down.get();
    if (failure != null) {
      throw failure;
    }
  }

  /** Takes note of a failure; what went wrong, for the result. */
  public String problem(SideReadException e) {
    SideReadException failure = snapshots.explained(e);
    if (failure.isDown()) {
      down.compareAndSet(null, failure);
    }
    return failure.problem();
  }
}
