package io.dualwrite;

import java.util.Locale;

/** How a shadow read ended, as the metric tag {@code outcome} says it. */
public enum ShadowOutcome {
  /** Both sides gave the same answer. */
  MATCH,
  /** The sides gave different answers. */
  MISMATCH,
  /** The secondary, or the comparison, failed. */
  ERROR,
  /** It was not made: too many were waiting, or the secondary is left alone at the moment. */
  DROPPED;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The tag's value. */
  public String label() {
    return label;
  }
}
