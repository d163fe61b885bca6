package io.dualwrite.chaos.fault;

import java.time.Duration;

/**
 * When a fault happens.
 *
 * @param after how long after the round's beginning
 * @param lasts how long it lasts
 * @param choice which application it hits, and other choices of its own
 */
public record Plan(FaultKind kind, Duration after, Duration lasts, int choice) {
  @Override
  public String toString() {
    return kind + "@" + after.toMillis() + "+" + lasts.toMillis();
  }
}
