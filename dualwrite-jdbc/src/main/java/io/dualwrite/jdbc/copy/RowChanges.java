package io.dualwrite.jdbc.copy;

import io.dualwrite.Side;
import io.dualwrite.jdbc.pipeline.Pipeline;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the primary says about some keys of a table.
 *
 * @param upserts the rows that are there
 * @param deletes the keys of those that are not
 * @param left keys of which nothing is known yet: reading stopped at its size limit
 */
record RowChanges(List<Row> upserts, List<RowKey> deletes, Set<RowKey> left) {
  /**
   * Bytes of parameters that may be under way while the server answers what came before them: more
   * than it takes in without being read from, and each side would wait for the other.
   */
  private static final int UNREAD_BYTES = 32_000;

  private static final int BYTES_PER_VALUE = 8;

  /** Reads the primary's rows of these keys, in as few messages as can be. */
  static Map<TablePair, RowChanges> read(
      LockedCopy copy, Side primary, Map<TablePair, ? extends Collection<RowKey>> keys)
      throws SQLException {
    Map<TablePair, RowChanges> changes = new LinkedHashMap<>();
    Pipeline pipeline = copy.reading();
    int bytes = 0;
    for (Map.Entry<TablePair, ? extends Collection<RowKey>> each : keys.entrySet()) {
      TablePair table = each.getKey();
      List<RowKey> wanted = List.copyOf(new LinkedHashSet<>(each.getValue()));
      changes.put(table, new RowChanges(List.of(), List.of(), Set.of()));
      if (wanted.isEmpty()) {
        continue;
      }
      int more = bytes(wanted);
      if (bytes > 0 && bytes + more > UNREAD_BYTES) {
        pipeline.send();
        pipeline = copy.reading();
        bytes = 0;
      }
      bytes += more;
      copy.transfer(table)
          .read(
              pipeline,
              primary,
              wanted,
              found -> {
                RowChanges ofTable = of(wanted, found);
                changes.put(table, ofTable);
                if (!ofTable.deletes().isEmpty()) {
                  copy.noteIncomplete(table);
                }
              });
    }
    pipeline.send();
    return changes;
  }

  private static RowChanges of(List<RowKey> wanted, RowTransfer.Found found) {
    Set<RowKey> there = new HashSet<>();
    found.keyIndex().forEach(i -> there.add(wanted.get(i)));
    List<RowKey> others = new ArrayList<>(wanted);
    others.removeAll(there);
    return found.complete()
        ? new RowChanges(found.rows(), others, Set.of())
        : new RowChanges(found.rows(), List.of(), new LinkedHashSet<>(others));
  }

  private static int bytes(List<RowKey> keys) {
    int bytes = 0;
    for (RowKey key : keys) {
      for (String value : key.values()) {
        bytes += value.length() + BYTES_PER_VALUE;
      }
    }
    return bytes;
  }
}
