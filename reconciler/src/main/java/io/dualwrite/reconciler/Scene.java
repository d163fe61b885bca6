package io.dualwrite.reconciler;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.Refused;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.compare.Comparer.Mirrored;
import io.dualwrite.reconciler.compare.LaneLocks;
import java.util.List;

/**
 * What both databases are like at the start of a run.
 *
 * @param locks the locks that delivery takes too
 * @param checksum what both servers compute alike
 * @param wanted the identities of the tables asked for; empty: all
 * @param tables those of them that are mirrored
 * @param refused those that cannot be, and why
 */
record Scene(
    LaneLocks locks,
    Checksum checksum,
    List<String> wanted,
    List<Mirrored> tables,
    List<Refused> refused) {
  Side primary() {
    return locks.context().primary();
  }

  List<ComparedTable> compared() {
    return tables.stream().map(t -> new ComparedTable(t.table(), checksum, primary())).toList();
  }
}
