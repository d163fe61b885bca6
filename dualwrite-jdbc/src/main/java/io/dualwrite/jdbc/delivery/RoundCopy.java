package io.dualwrite.jdbc.delivery;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.jdbc.copy.CopyResult;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Copies the rows that a round names, by key or as they come; the fast way, all or none. */
final class RoundCopy {
  private static final String FOREIGN_KEY = "23503";

  private final Lane lane;
  private final Streaming streaming;
  private final BooleanSupplier running;

  /** Whether the round failed for what it tried first, and is to be done again. */
  private boolean repeats;

  RoundCopy(Lane lane, Streaming streaming, BooleanSupplier running) {
    this.lane = lane;
    this.streaming = streaming;
    this.running = running;
  }

  /**
   * What a single reading leaves, because rows are large, stays with its entries for the next
   * round; runs of keys, steps of walks and rows that only memory names have to be done as a whole.
   */
  void run(LockedCopy copy, Round round) throws SQLException {
    Map<TablePair, CopyResult> copied = stream(copy, round);
    Map<TablePair, Set<RowKey>> left = left(copied);
    while (round.isOneWhole() && !left.isEmpty() && running.getAsBoolean()) {
      copied = copy.copyAll(lane, left);
      left = left(copied);
    }
    round.copied = copied;
  }

  private Map<TablePair, CopyResult> stream(LockedCopy copy, Round round) throws SQLException {
    if (round.streams.isEmpty()) {
      return copy.copyAll(lane, round.rows);
    }
    long began = System.nanoTime();
    try {
      Map<TablePair, CopyResult> copied = copy.copyAll(lane, round.rows, round.streams);
      copied.forEach((table, rows) -> round.streamed.put(table, rows.streamed()));
      int sent = round.streamed.values().stream().mapToInt(Integer::intValue).sum();
      streaming.took(sent, Duration.ofNanos(System.nanoTime() - began));
      return copied;
    } catch (SQLException e) {
      boolean parentsMissing = FOREIGN_KEY.equals(e.getSQLState()) && !round.trials.isEmpty();
      repeats = !parentsMissing && streaming.refused(round.streams.keySet(), round.trials, e);
      throw e;
    }
  }

  /** Whether the round that failed is to be done again; asked once. */
  boolean repeats() {
    boolean again = repeats;
    repeats = false;
    return again;
  }

  /** The rows of a round that were not copied, because they are large. */
  static Map<TablePair, Set<RowKey>> left(Map<TablePair, CopyResult> copied) {
    Map<TablePair, Set<RowKey>> left = new HashMap<>();
    copied.forEach(
        (table, result) -> {
          if (!result.left().isEmpty()) {
            left.put(table, result.left());
          }
        });
    return left;
  }

  /** Counts the rows that a round has delivered. */
  static int count(Round round, DualWriteMetrics metrics) {
    int rows = 0;
    for (Map.Entry<TablePair, Set<RowKey>> each : round.rows.entrySet()) {
      long lost = round.refused.stream().filter(r -> r.table().equals(each.getKey())).count();
      CopyResult result = round.copied.get(each.getKey());
      int delivered =
          each.getValue().size() - (int) lost - (result == null ? 0 : result.left().size());
      metrics.delivered(each.getKey().name().toString(), delivered);
      rows += delivered;
    }
    for (Map.Entry<TablePair, Integer> each : round.streamed.entrySet()) {
      metrics.delivered(each.getKey().name().toString(), each.getValue());
      rows += each.getValue();
    }
    return rows;
  }
}
