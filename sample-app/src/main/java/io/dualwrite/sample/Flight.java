package io.dualwrite.sample;

import java.time.LocalDateTime;

/**
 * A flight as its airline announces it.
 *
 * @param scheduledAt local wall time at the origin
 * @param origin IATA code of an airport
 * @param destination IATA code of an airport
 * @param distanceMiles by the great circle
 */
public record Flight(
    LocalDateTime scheduledAt, String origin, String destination, int distanceMiles) {

  /** The same flight so many weeks later: airlines repeat their schedules. */
  Flight weeksLater(int weeks) {
    return new Flight(scheduledAt.plusWeeks(weeks), origin, destination, distanceMiles);
  }
}
