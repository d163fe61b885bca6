package io.dualwrite.jdbc.copy;

import io.dualwrite.jdbc.schema.TablePair;
import java.util.List;
import java.util.Map;

/**
 * What bringing rows over by every means did.
 *
 * @param changed by table, those of rows that were not asked for included
 * @param refused rows that the secondary refuses all the same
 */
public record Settled(Map<TablePair, Changed> changed, List<RefusedRow> refused) {
  public Settled {
    changed = Map.copyOf(changed);
    refused = List.copyOf(refused);
  }

  /**
   * What was changed in one table of the secondary.
   *
   * @param written rows that the primary has and the secondary now has too
   * @param deleted rows deleted, those that went along by {@code ON DELETE CASCADE} included
   */
  public record Changed(int written, int deleted) {
    /** Both together. */
    public Changed plus(Changed other) {
      return new Changed(written + other.written, deleted + other.deleted);
    }
  }
}
