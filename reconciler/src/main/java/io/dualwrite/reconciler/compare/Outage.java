package io.dualwrite.reconciler.compare;

import io.dualwrite.Side;
import io.dualwrite.reconciler.window.SideReadException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Remembers that a side does not answer, so that it is not asked for every window again. Safe for
 * use by several threads.
 */
public final class Outage {
  private static final int ANSWER_SECONDS = 5;

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

  /**
   * Takes note of a failure; what went wrong, for the result. A side is down when it does not take
   * another connection: that one was ended may have been an administrator's doing.
   */
  public synchronized String problem(SideReadException e) {
    SideReadException failure = snapshots.explained(e);
    if (failure.isDown() && down.get() == null && !answers(failure.side())) {
      down.set(failure);
    }
    return failure.problem();
  }

  private boolean answers(Side side) {
    try {
      return snapshots.on(side, c -> c.isValid(ANSWER_SECONDS));
    } catch (SideReadException e) {
      return false;
    }
  }
}
