package io.dualwrite.jdbc.copy;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.ColumnPair;
import io.dualwrite.jdbc.schema.ForeignKey;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds all rows at once that rows about to be written refer to and that the secondary lacks:
 * history that is not there yet. Foreign keys to other columns than the parent's key are left to
 * {@link Settlement}.
 */
final class MissingParents {
  private final LockedCopy copy;
  private final Side secondary;
  private final Lane lane;

  MissingParents(LockedCopy copy, Side secondary, Lane lane) {
    this.copy = copy;
    this.secondary = secondary;
    this.lane = lane;
  }

  /** By table the keys of the parents, their parents included. */
  Map<TablePair, Set<RowKey>> of(Map<TablePair, ? extends Collection<RowKey>> keys)
      throws SQLException {
    Map<TablePair, Set<RowKey>> missing = new LinkedHashMap<>();
    Map<TablePair, ? extends Collection<RowKey>> looking = keys;
    while (!looking.isEmpty()) {
      Map<TablePair, Set<RowKey>> found = new LinkedHashMap<>();
      for (Map.Entry<TablePair, Set<RowKey>> parents : referredTo(looking).entrySet()) {
        Set<RowKey> fresh = new LinkedHashSet<>(parents.getValue());
        fresh.removeAll(missing.getOrDefault(parents.getKey(), Set.of()));
        fresh.removeAll(
            new HashSet<>(
                keys.containsKey(parents.getKey())
                    ? keys.get(parents.getKey())
                    : List.<RowKey>of()));
        fresh.removeAll(copy.readSecondary(parents.getKey(), fresh).keySet());
        if (!fresh.isEmpty()) {
          found.put(parents.getKey(), fresh);
          missing.computeIfAbsent(parents.getKey(), t -> new LinkedHashSet<>()).addAll(fresh);
        }
      }
      looking = found;
    }
    return missing;
  }

  private Map<TablePair, Set<RowKey>> referredTo(Map<TablePair, ? extends Collection<RowKey>> keys)
      throws SQLException {
    Map<TablePair, Set<RowKey>> parents = new LinkedHashMap<>();
    for (Map.Entry<TablePair, ? extends Collection<RowKey>> each : keys.entrySet()) {
      TablePair table = each.getKey();
      List<ForeignKey> references = table.on(secondary).foreignKeys();
      if (references.isEmpty()) {
        continue;
      }
      Collection<Row> rows = copy.readPrimary(table, each.getValue()).values();
      for (ForeignKey reference : references) {
        Optional<TablePair> parent =
            lane.tables().stream()
                .filter(t -> t.on(secondary).name().equals(reference.parent()))
                .findFirst();
        List<Integer> places = parent.map(p -> places(table, reference, p)).orElse(List.of());
        for (Row row : places.isEmpty() ? List.<Row>of() : rows) {
          RowKey key = key(row, places);
          if (key != null) {
            parents.computeIfAbsent(parent.orElseThrow(), t -> new LinkedHashSet<>()).add(key);
          }
        }
      }
    }
    return parents;
  }

  /**
   * Where a row of the table holds the parent's key columns; empty if it does not hold them all.
   */
  private List<Integer> places(TablePair table, ForeignKey reference, TablePair parent) {
    List<Integer> places = new ArrayList<>();
    for (ColumnPair key : parent.key()) {
      int i = reference.parentColumns().indexOf(key.on(secondary).name());
      int place = i < 0 ? -1 : place(table, reference.columns().get(i));
      if (place < 0) {
        return List.of();
      }
      places.add(place);
    }
    return places;
  }

  private int place(TablePair table, String column) {
    for (int i = 0; i < table.columns().size(); i++) {
      if (table.columns().get(i).on(secondary).name().equals(column)) {
        return i;
      }
    }
    return -1;
  }

  private static @Nullable RowKey key(Row row, List<Integer> places) {
    List<String> values = new ArrayList<>(places.size());
    for (int place : places) {
      String value = row.values().get(place);
      if (value == null) {
        return null;
      }
      values.add(value);
    }
    return new RowKey(values);
  }
}
