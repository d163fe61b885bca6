package io.dualwrite.jdbc.copy;

import io.dualwrite.Side;
import io.dualwrite.jdbc.pipeline.Pipeline;
import io.dualwrite.jdbc.schema.Slices;
import java.util.Collection;
import java.util.Set;

/**
 * Slices of one table, locked: rows of these may be written, and no others.
 *
 * @param slices of which table
 * @param granted which of them
 */
record SliceShare(Slices slices, Set<Integer> granted) {
  boolean holds(Collection<RowKey> keys) {
    return keys.stream().allMatch(key -> slices.holds(granted, key.values()));
  }

  boolean holds(KeyRange range) {
    return slices.holds(granted, range.from(), range.to());
  }

  /** What has the primary's table keep its definition, before the snapshot. */
  String keepDefinition(Side primary) {
    return "LOCK TABLE ONLY "
        + slices.table().on(primary).name().sql()
        + " IN ACCESS SHARE MODE NOWAIT";
  }

  /** Looks, in the snapshot, whether the primary's keys have the texts by which slices are told. */
  void look(Pipeline reading, Side primary) {
    reading.add(
        SliceFacts.ofPrimary(slices, primary),
        Pipeline.Parameters.NONE,
        row -> {
          row.next();
          SliceFacts.check(slices, primary, true, row.getString(1));
        });
  }
}
