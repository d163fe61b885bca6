package io.dualwrite.reconciler.state;

import java.time.Instant;
import java.util.Optional;

/**
 * What is known of a table from comparisons.
 *
 * @param table its identity
 * @param verified how far it is verified; empty: not even its beginning is
 * @param last the last comparison that has been through it
 */
public record TableState(String table, Optional<Watermark> verified, Optional<Last> last) {

  /**
   * A comparison of a table.
   *
   * @param endedAt when it had been through the table, by the target's clock
   * @param windows in how many windows
   * @param differing how many of them differed
   * @param notYet how many were not yet to be compared
   * @param missing rows of the source that the target lacked
   * @param extra rows of the target that the source lacked
   * @param changed rows with other values
   */
  public record Last(
      Instant endedAt,
      long windows,
      long differing,
      long notYet,
      long missing,
      long extra,
      long changed) {
    /** Rows that differed. */
    public long differences() {
      return missing + extra + changed;
    }
  }
}
