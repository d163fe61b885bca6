package io.dualwrite.reconciler.inspect;

import java.util.List;
import java.util.Optional;

/**
 * A table of the source and what becomes of it.
 *
 * @param table its identity, the source's {@code schema.name}
 * @param target its name on the target
 * @param fate whether it is mirrored
 * @param because the glob of {@code tables.include} or {@code tables.exclude} that decided; empty
 *     where no glob includes it
 * @param key the source's names of the columns that tell rows apart; empty: by ranges
 * @param time the source's name of the column whose ranges are the windows
 * @param timeIndexed whether that column has a usable index on both sides
 * @param sourceRows about how many rows the source has, by its statistics; -1 where it has none
 * @param targetRows about how many rows the target has, likewise
 * @param columns column by column; empty where the table is left out
 */
public record InspectedTable(
    String table,
    String target,
    Fate fate,
    Optional<String> because,
    List<String> key,
    Optional<String> time,
    boolean timeIndexed,
    long sourceRows,
    long targetRows,
    List<InspectedColumn> columns) {

  /** What becomes of a table. */
  public enum Fate {
    /** It is mirrored and compared. */
    MIRRORED,
    /** The configuration includes it, and it cannot be mirrored: a finding says why. */
    REFUSED,
    /** {@code tables.exclude} names it. */
    EXCLUDED,
    /** No glob of {@code tables.include} names it. */
    NOT_INCLUDED
  }

  public InspectedTable {
    key = List.copyOf(key);
    columns = List.copyOf(columns);
  }
}
