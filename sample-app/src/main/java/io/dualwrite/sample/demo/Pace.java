package io.dualwrite.sample.demo;

import java.time.Duration;

/**
 * How much is shown.
 *
 * @param flights in the old server at the beginning
 * @param look how long the traffic is watched before something is said of it
 * @param steady requests a second where the traffic is not to take all that the machine has
 * @param judgesSpeed whether a step fails when requests, delivery or the kill switch are slow; on
 *     few rows, or a machine with other things to do, that would be noise
 */
record Pace(int flights, Duration look, int steady, boolean judgesSpeed) {
  /** As many requests as are answered. */
  static final int FULL_SPEED = 0;

  /** Everything, in about a minute. */
  static final Pace FULL = new Pace(200_000, Duration.ofSeconds(4), 1_000, true);
}
