package io.dualwrite;

import java.util.Locale;

/** How a write on one side ended, as the metric tag {@code outcome} says it. */
public enum WriteOutcome {
  /** The store took it. */
  SUCCESS,
  /** The store refused it, or did not answer in time. */
  FAILURE,
  /** It was not tried on this side now; with a journal it is delivered later. */
  DEFERRED;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The tag's value. */
  public String label() {
    return label;
  }
}
