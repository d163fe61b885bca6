package io.dualwrite.reconciler.compare;

import static java.util.stream.Collectors.joining;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.reconciler.checksum.ComparedTable;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The values of the columns that differ, from both sides, read once more after a comparison and
 * without a lock: what was written meanwhile shows. Row values are in here; nothing else in a
 * comparison's result has any.
 */
public final class DifferingValues {
  /** So many rows of a table are read. */
  private static final int MOST = 1_000;

  private final Instant readAt;
  private final Map<String, Map<Side, Map<RowKey, Map<String, @Nullable String>>>> tables =
      new HashMap<>();

  private DifferingValues(Instant readAt) {
    this.readAt = readAt;
  }

  /**
   * Reads them.
   *
   * @throws io.dualwrite.reconciler.window.SideReadException if a side cannot be read
   */
  public static DifferingValues read(
      Comparison comparison, List<ComparedTable> tables, Snapshots databases, Clock clock) {
    DifferingValues values = new DifferingValues(clock.instant());
    for (TableComparison result : comparison.tables()) {
      List<RowKey> keys =
          result.differences().stream()
              .filter(DifferingValues::hasValues)
              .limit(MOST)
              .map(DifferingValues::key)
              .toList();
      Optional<ComparedTable> table =
          tables.stream()
              .filter(t -> t.pair().name().toString().equals(result.table()))
              .findFirst();
      if (table.isPresent() && !keys.isEmpty()) {
        values.tables.put(result.table(), bothSides(table.get(), keys, databases));
      }
    }
    return values;
  }

  private static Map<Side, Map<RowKey, Map<String, @Nullable String>>> bothSides(
      ComparedTable table, List<RowKey> keys, Snapshots databases) {
    Map<Side, Map<RowKey, Map<String, @Nullable String>>> sides = new EnumMap<>(Side.class);
    for (Side side : Side.values()) {
      Map<RowKey, Map<String, @Nullable String>> rows = new HashMap<>();
      databases
          .of(table.pair())
          .on(side, c -> new RowValues(table, side).read(c, keys))
          .forEach((position, found) -> rows.put(keys.get(position), named(table, found.get(0))));
      sides.put(side, rows);
    }
    return sides;
  }

  private static Map<String, @Nullable String> named(
      ComparedTable table, List<@Nullable String> row) {
    Map<String, @Nullable String> named = new HashMap<>();
    for (int i = 0; i < row.size(); i++) {
      named.put(table.columns().get(i).pair().source().name(), row.get(i));
    }
    return named;
  }

  private static boolean hasValues(Difference difference) {
    return difference.kind() == Difference.Kind.CHANGED && !difference.key().isEmpty();
  }

  private static RowKey key(Difference difference) {
    return new RowKey(List.copyOf(difference.key().values()));
  }

  /** When they were read, by this machine's clock. */
  public Instant readAt() {
    return readAt;
  }

  /** The values of one side, for people; empty where there are none to show. */
  public String text(String table, Difference difference, Side side) {
    Map<Side, Map<RowKey, Map<String, @Nullable String>>> sides = tables.get(table);
    if (sides == null || !hasValues(difference)) {
      return "";
    }
    Map<String, @Nullable String> row = sides.getOrDefault(side, Map.of()).get(key(difference));
    if (row == null) {
      return "(not there any more)";
    }
    List<String> texts = new ArrayList<>();
    for (String column : difference.columns()) {
      texts.add(column + "=" + shown(row.get(column)));
    }
    return texts.stream().collect(joining(", "));
  }

  /** A long value was read as its length and its hashes. */
  private static String shown(@Nullable String value) {
    if (value == null) {
      return "null";
    }
    return value.matches("#\\d+:-?\\d+:-?\\d+")
        ? "(" + value.substring(1, value.indexOf(':')) + " bytes)"
        : '"' + value + '"';
  }
}
