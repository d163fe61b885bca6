package io.dualwrite.jdbc.copy;

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

  /** Keys of which not all were found: rows deleted since, which the secondary may have. */
  private final Map<TablePair, Set<RowKey>> gone = new HashMap<>();

  JointCopy(LockedCopy copy, CopyContext context, Lane lane) {
    this.copy = copy;
    this.context = context;
    this.lane = lane;
  }

  Map<TablePair, CopyResult> run(
      Map<TablePair, ? extends Collection<RowKey>> keys, Map<TablePair, NewRows> news)
      throws SQLException {
    Map<TablePair, Collection<RowKey>> ordered = new LinkedHashMap<>();
    for (TablePair table : lane.tables()) {
      Collection<RowKey> ofTable = keys.get(table);
      if (ofTable != null) {
        ordered.put(table, ofTable);
      } else if (news.containsKey(table)) {
        ordered.put(table, List.of());
      }
    }
    requireHeld(ordered, news);
    Map<TablePair, RowChanges> changes = RowChanges.read(copy, context.primary(), ordered);
    boolean writesFirst = deleteTakesOthersAlong(changes, false);
    if (writesFirst) {
      write(changes, news);
      deleteTakesOthersAlong(changes, true);
    }
    delete(changes);
    if (!writesFirst) {
      write(changes, news);
    }
    byKey(gone);
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

  private void requireHeld(Map<TablePair, Collection<RowKey>> keys, Map<TablePair, NewRows> news) {
    boolean held =
        keys.values().stream().allMatch(copy::holds)
            && news.values().stream()
                .allMatch(n -> copy.holds(n.keys()) && n.ranges().stream().allMatch(copy::holds));
    if (!held) {
      throw new IllegalStateException("rows of other slices of " + lane.name());
    }
  }

  /** One reading may leave some of them, because rows are large. */
  private void byKey(Map<TablePair, Set<RowKey>> keys) throws SQLException {
    Map<TablePair, Set<RowKey>> left = new HashMap<>(keys);
    while (!left.isEmpty()) {
      Map<TablePair, CopyResult> copied = new JointCopy(copy, context, lane).run(left, Map.of());
      left.clear();
      copied.forEach(
          (table, result) -> {
            if (!result.left().isEmpty()) {
              left.put(table, result.left());
            }
          });
    }
  }

  private void delete(Map<TablePair, RowChanges> changes) throws SQLException {
    List<Map.Entry<TablePair, RowChanges>> childrenFirst = new ArrayList<>(changes.entrySet());
    Collections.reverse(childrenFirst);
    for (Map.Entry<TablePair, RowChanges> of : childrenFirst) {
      List<RowKey> keys = of.getValue().deletes();
      if (copy.transfer(of.getKey()).delete(copy.secondary(), context.secondary(), keys)
          < keys.size()) {
        copy.noteVainDelete();
      }
    }
  }

  /** A row that is named both ways is streamed first: the secondary must not have it then. */
  private void write(Map<TablePair, RowChanges> changes, Map<TablePair, NewRows> news)
      throws SQLException {
    Pipeline pipeline = new Pipeline(copy.secondary());
    for (Map.Entry<TablePair, RowChanges> of : changes.entrySet()) {
      TablePair table = of.getKey();
      NewRows ofTable = news.get(table);
      if (ofTable != null) {
        pipeline.send();
        streamed.put(table, stream(table, ofTable));
      }
      copy.requireHeld(table, of.getValue().upserts());
      copy.transfer(table).upsert(pipeline, context.secondary(), of.getValue().upserts());
    }
    pipeline.send();
  }

  private int stream(TablePair table, NewRows news) throws SQLException {
    RowStream stream = copy.stream(table);
    copy.noteIncomplete(table);
    int sent = 0;
    if (!news.ranges().isEmpty()) {
      sent += stream.ranges(copy.primary(), copy.secondary(), news.ranges());
    }
    if (!news.keys().isEmpty()) {
      int found = stream.keys(copy.primary(), copy.secondary(), news.keys());
      sent += found;
      if (found != news.keys().size()) {
        gone.put(table, news.keys());
      }
    }
    return sent;
  }

  private boolean deleteTakesOthersAlong(Map<TablePair, RowChanges> changes, boolean refused)
      throws SQLException {
    Cascades cascades = new Cascades(copy, context.secondary(), lane, DeletesAlong.ALL);
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
