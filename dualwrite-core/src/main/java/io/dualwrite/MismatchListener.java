package io.dualwrite;

/** Is told of shadow reads that gave another answer. */
@FunctionalInterface
public interface MismatchListener {
  /** The sides differ. Called on a background thread. */
  void mismatch(ShadowMismatch mismatch);
}
