package io.dualwrite.reconciler.load;

/** Is told when a run is held back by its {@link LoadLimits}; called by a thread of its own. */
public interface Pauses {
  /** Says nothing. */
  Pauses NONE = new Pauses() {};

  /** Nothing is begun from now on, for that reason, in words. */
  default void paused(String reason) {}

  /** It goes on. */
  default void goesOn() {}
}
