package io.dualwrite.sample.demo;

import java.time.Duration;

/**
 * How much is shown.
 *
 * @param flights in the old server at the beginning
 * @param look how long the traffic is watched before something is said of it
 */
record Pace(int flights, Duration look) {
  /** Everything, in about a minute. */
  static final Pace FULL = new Pace(200_000, Duration.ofSeconds(4));
}
