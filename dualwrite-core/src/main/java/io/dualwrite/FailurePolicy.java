package io.dualwrite;

/**
 * What a write does when the secondary fails. Declared from the weakest promise to the strictest.
 */
public enum FailurePolicy {
  /**
   * The write succeeds when the primary has it; what the secondary misses is counted, kept in a
   * bounded queue in memory and delivered from there. A crash or a full queue loses the knowledge
   * of it; the reconciler finds it.
   */
  BEST_EFFORT,
  /**
   * The write succeeds when the primary has it; a journal in the primary makes sure that the
   * secondary follows.
   */
  RECOVER,
  /**
   * Both or neither: if the secondary cannot take the write, the application gets the failure and
   * neither store keeps it.
   */
  STRICT;

  /** Whether writes are named in the journal, in the primary's own transaction. */
  public boolean journals() {
    return this != BEST_EFFORT;
  }

  /** The stricter of the two: what a transaction over tables of several policies takes. */
  public FailurePolicy strictest(FailurePolicy other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
