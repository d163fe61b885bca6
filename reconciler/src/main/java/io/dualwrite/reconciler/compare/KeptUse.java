package io.dualwrite.reconciler.compare;

/**
 * What a comparison makes of what earlier ones have kept in the target.
 *
 * @param resumes whether it goes on with the last one of the same kind that was interrupted
 * @param readsAll whether it reads also the verified ranges of append-only tables
 */
public record KeptUse(boolean resumes, boolean readsAll) {
  /** Begins anew, and leaves out what need not be read again. */
  public static final KeptUse DEFAULT = new KeptUse(false, false);
}
