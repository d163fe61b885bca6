package io.dualwrite;

/** When a write under {@link FailurePolicy#RECOVER} returns to the application. */
public enum Delivery {
  /** As soon as the primary has committed. */
  ASYNC,
  /** When the secondary has it too, or after the secondary's time limit, whichever comes first. */
  SYNC
}
