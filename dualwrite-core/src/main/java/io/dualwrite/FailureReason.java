package io.dualwrite;

import java.util.Locale;

/** Why the secondary may lack a write, as the metric tag {@code reason} says it. */
public enum FailureReason {
  /** The secondary's call threw. */
  ERROR,
  /** The secondary took longer than its time limit; it may have the write all the same. */
  TIMEOUT,
  /** The circuit breaker is open; the secondary was not called. */
  CIRCUIT_OPEN,
  /** Too many writes were waiting for the secondary; it was not called. */
  OVERLOADED,
  /** The kill switch was engaged before the target was called. */
  KILL_SWITCH,
  /**
   * The application's thread was interrupted while it waited; the secondary may have the write all
   * the same.
   */
  INTERRUPTED,
  /** The writer was closed; the secondary was not called. */
  CLOSED,
  /**
   * Another write of the same key ran at the same time, so the secondary may have taken them in
   * another order.
   */
  OVERLAP,
  /** The journal could not record the write. */
  JOURNAL;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The tag's value. */
  public String label() {
    return label;
  }

  /** Whether this says that the secondary itself is in trouble. */
  boolean isSecondarysFault() {
    return this == ERROR || this == TIMEOUT;
  }

  /** Whether the secondary was not called at all. */
  boolean isUntried() {
    return this == CIRCUIT_OPEN || this == OVERLOADED || this == KILL_SWITCH || this == CLOSED;
  }
}
