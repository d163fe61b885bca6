package io.dualwrite.jdbc.copy;

import java.util.List;

/**
 * What bringing rows over by every means did.
 *
 * @param written rows that the primary has and the secondary now has too, those pulled along
 *     included
 * @param deleted rows deleted from the secondary, those pulled along included
 * @param refused rows that the secondary refuses all the same
 */
public record Settled(int written, int deleted, List<RefusedRow> refused) {
  public Settled {
    refused = List.copyOf(refused);
  }
}
