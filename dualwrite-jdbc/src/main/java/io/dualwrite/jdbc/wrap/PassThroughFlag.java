package io.dualwrite.jdbc.wrap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Shows other threads whether a connection may be writing what is not mirrored: the end of a gap is
 * not recorded while it is up. All but {@link #isUp} is confined to the connection's thread.
 */
final class PassThroughFlag {
  private static final VarHandle UP;

  static {
    try {
      UP = MethodHandles.lookup().findVarHandle(PassThroughFlag.class, "up", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("UnusedVariable") // through the handle
  private boolean up;

  /** Batches begun in pass-through and neither run nor cleared: they keep it up. */
  private int waitingBatches;

  private boolean ranUnjournaled;

  boolean isUp() {
    return (boolean) UP.getVolatile(this);
  }

  /** Before it is looked whether writes are mirrored. */
  void raise() {
    UP.setVolatile(this, true);
  }

  /** Unless something keeps it up. */
  void lower() {
    if (waitingBatches == 0 && !ranUnjournaled && (boolean) UP.get(this)) {
      UP.setRelease(this, false);
    }
  }

  void batchWaits() {
    waitingBatches++;
    raise();
  }

  void batchGone() {
    waitingBatches--;
  }

  /** It stays up until the batch's rows are committed. */
  void batchRuns() {
    waitingBatches--;
    ranUnjournaled = true;
  }

  void transactionEnded() {
    ranUnjournaled = false;
    lower();
  }
}
