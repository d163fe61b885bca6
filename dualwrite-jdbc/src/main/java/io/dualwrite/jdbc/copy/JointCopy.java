package io.dualwrite.jdbc.copy;

import io.dualwrite.Side;
import io.dualwrite.jdbc.pipeline.Pipeline;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@link LockedCopy#copyAll}: rows of several tables at once, in an order that most often fits. */
final class JointCopy {
  private final LockedCopy copy;
  private final CopyContext context;
  private final Lane lane;
  private final Map<TablePair, Integer> streamed = new HashMap<>();

  JointCopy(LockedCopy copy, CopyContext context, Lane lane) {
    this.copy = copy;
    this.context = context;
    this.lane = lane;
  }

  Map<TablePair, CopyResult> run(
      Map<TablePair, ? extends Collection<RowKey>> keys,
      Map<TablePair, ? extends Collection<KeyRange>> ranges)
      throws SQLException {
    Map<TablePair, Collection<RowKey>> ordered = new LinkedHashMap<>();
    for (TablePair table : lane.tables()) {
      Collection<RowKey> ofTable = keys.get(table);
      if (ofTable != null) {
        ordered.put(table, ofTable);
      } else if (ranges.containsKey(table)) {
        ordered.put(table, List.of());
      }
    }
    Map<TablePair, RowChanges> changes = RowChanges.read(copy, context.primary(), ordered);
    boolean writesFirst = deleteTakesOthersAlong(changes, false);
    if (writesFirst) {
      write(changes, ranges);
      deleteTakesOthersAlong(changes, true);
    }
    delete(changes);
    if (!writesFirst) {
      write(changes, ranges);
    }
    Map<TablePair, CopyResult> results = new LinkedHashMap<>();
    changes.forEach(
        (table, change) -> {
          int asTheyCame = streamed.getOrDefault(table, 0);
          results.put(
              table,
              new CopyResult(
                  change.upserts().size() + asTheyCame,
                  asTheyCame,
                  change.deletes().size(),
                  change.left()));
        });
    return results;
  }

  private void delete(Map<TablePair, RowChanges> changes) throws SQLException {
    List<Map.Entry<TablePair, RowChanges>> childrenFirst = new ArrayList<>(changes.entrySet());
    Collections.reverse(childrenFirst);
    for (Map.Entry<TablePair, RowChanges> of : childrenFirst) {
      copy.transfer(of.getKey())
          .delete(copy.secondary(), context.secondary(), of.getValue().deletes());
    }
  }

  /** A row that is named both ways is streamed first: a range must still be vacant then. */
  private void write(
      Map<TablePair, RowChanges> changes, Map<TablePair, ? extends Collection<KeyRange>> ranges)
      throws SQLException {
    Side side = context.secondary();
    Pipeline pipeline = new Pipeline(copy.secondary());
    for (Map.Entry<TablePair, RowChanges> of : changes.entrySet()) {
      TablePair table = of.getKey();
      Collection<KeyRange> vacant = ranges.get(table);
      if (vacant != null && !vacant.isEmpty()) {
        pipeline.send();
        RangeStream stream = RangeStream.of(table, context.primary()).orElseThrow();
        streamed.put(table, stream.run(copy.primary(), copy.secondary(), List.copyOf(vacant)));
      }
      copy.transfer(table).upsert(pipeline, side, of.getValue().upserts());
    }
    pipeline.send();
  }

  private boolean deleteTakesOthersAlong(Map<TablePair, RowChanges> changes, boolean refused)
      throws SQLException {
    Cascades cascades = new Cascades(copy, context.secondary(), lane);
    for (Map.Entry<TablePair, RowChanges> of : changes.entrySet()) {
      Map<TablePair, Set<RowKey>> survivors =
          cascades.survivors(of.getKey(), of.getValue().deletes());
      if (refused) {
        Cascades.refuse(of.getKey(), survivors);
      }
      if (!survivors.isEmpty()) {
        return true;
      }
    }
    return false;
  }
}
