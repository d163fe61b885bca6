package io.dualwrite.reconciler.compare;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.reconciler.checksum.ComparedColumn;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.window.Chunk;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks again, with the lane locked, at rows that differed without a lock: what remains is no write
 * in flight.
 */
public final class Settler {
  /** So many rows are looked at under one lock. */
  static final int STEP = 1_000;

  /** So many are held at a time where values are compared whole, as documents are. */
  private static final int MOST_WHOLE_ROWS = 64;

  /** And so many while it is not known how long they are. */
  private static final int FIRST_WHOLE_ROWS = 8;

  /** About so many characters of one side are held at a time. */
  private static final long HELD_TEXT = 8_000_000;

  private final LaneLocks locks;
  private final ComparedTable table;
  private final Lane lane;
  private final Namesakes namesakes;

  public Settler(LaneLocks locks, ComparedTable table, Lane lane) {
    this.locks = locks;
    this.table = table;
    this.lane = lane;
    this.namesakes = new Namesakes(table);
  }

  /**
   * One verdict per candidate, in their order. The lock is held for {@link #STEP} rows at a time.
   */
  List<Verdict> settle(List<Candidate> candidates) {
    List<Verdict> verdicts = new ArrayList<>(candidates.size());
    for (int from = 0; from < candidates.size(); from += STEP) {
      verdicts.addAll(step(candidates.subList(from, Math.min(candidates.size(), from + STEP))));
    }
    return verdicts;
  }

  private List<Verdict> step(List<Candidate> candidates) {
    List<RowKey> keys = candidates.stream().map(Candidate::key).toList();
    try (LockedCopy lock = begin()) {
      return verdicts(lock, keys);
    }
  }

  /** One verdict per key, in their order, under a lock that the caller holds. */
  public List<Verdict> verdicts(LockedCopy lock, List<RowKey> keys) {
    Set<RowKey> pending =
        read(locks.context().primary(), () -> locks.pending(lock, table.pair(), keys));
    boolean whole = !table.columns().stream().allMatch(ComparedColumn::isShortenable);
    List<Verdict> verdicts = new ArrayList<>(keys.size());
    int rows = whole ? FIRST_WHOLE_ROWS : STEP;
    while (verdicts.size() < keys.size()) {
      int end = Math.min(keys.size(), verdicts.size() + rows);
      long longest = add(verdicts, lock, keys.subList(verdicts.size(), end), pending);
      rows = whole ? (int) Math.max(1, Math.min(MOST_WHOLE_ROWS, HELD_TEXT / longest)) : rows;
    }
    return verdicts;
  }

  /** Adds the verdicts on these; how many characters the longest row has. */
  private long add(
      List<Verdict> verdicts, LockedCopy lock, List<RowKey> keys, Set<RowKey> pending) {
    Map<Integer, List<List<@Nullable String>>> source = rows(lock, Side.SOURCE, keys);
    Map<Integer, List<List<@Nullable String>>> target = rows(lock, Side.TARGET, keys);
    for (int i = 0; i < keys.size(); i++) {
      Verdict verdict =
          namesakes.verdict(source.getOrDefault(i, List.of()), target.getOrDefault(i, List.of()));
      boolean waits = verdict instanceof Verdict.Differs && pending.contains(keys.get(i));
      verdicts.add(waits ? new Verdict.Pending() : verdict);
    }
    return Stream.of(source, target)
        .flatMap(rows -> rows.values().stream())
        .flatMap(List::stream)
        .mapToLong(row -> row.stream().mapToLong(v -> v == null ? 0 : v.length()).sum())
        .reduce(1, Math::max);
  }

  /**
   * The copies that one side has more of, of a table without a key.
   *
   * @param pending whether deliveries to the table are still to come
   */
  public record Copies(boolean pending, List<RowMerge.Surplus> surplus) {}

  /** Counts the copies in these windows again. */
  public Copies copies(Chunk chunk, Collection<Integer> windows) {
    try (LockedCopy lock = begin()) {
      boolean pending = read(locks.context().primary(), () -> locks.anyPending(lock, table.pair()));
      try (RowCursor source = cursor(lock, Side.SOURCE, chunk, windows);
          RowCursor target = cursor(lock, Side.TARGET, chunk, windows)) {
        return new Copies(pending, RowMerge.byCopies(source, target));
      }
    }
  }

  /** The same of rows that have a null in their keys, in a table with a key. */
  Copies unkeyed(Chunk chunk, Collection<Integer> windows) {
    try (LockedCopy lock = begin()) {
      boolean pending =
          read(locks.context().primary(), () -> locks.wholePending(lock, table.pair()));
      try (RowCursor source = unkeyed(lock, Side.SOURCE, chunk, windows);
          RowCursor target = unkeyed(lock, Side.TARGET, chunk, windows)) {
        return new Copies(pending, RowMerge.byCopies(source, target));
      }
    }
  }

  /** Counts and hashes a chunk's windows again; empty while deliveries are still to come. */
  Optional<Drilldown.Sums> sums(Chunk chunk) {
    try (LockedCopy lock = begin()) {
      if (read(locks.context().primary(), () -> locks.anyPending(lock, table.pair()))) {
        return Optional.empty();
      }
      return Optional.of(
          new Drilldown.Sums(sums(lock, Side.SOURCE, chunk), sums(lock, Side.TARGET, chunk)));
    }
  }

  private Map<Long, WindowSum> sums(LockedCopy lock, Side side, Chunk chunk) {
    return read(side, () -> new ChunkQueries(table, chunk, side).sums(locks.on(lock, side)));
  }

  private RowCursor unkeyed(LockedCopy lock, Side side, Chunk chunk, Collection<Integer> windows) {
    return read(
        side, () -> new ChunkQueries(table, chunk, side).unkeyed(locks.on(lock, side), windows));
  }

  private LockedCopy begin() {
    LockedCopy lock = locks.begin(lane);
    lock.keepRows(table.pair());
    return lock;
  }

  private RowCursor cursor(LockedCopy lock, Side side, Chunk chunk, Collection<Integer> windows) {
    return read(
        side,
        () ->
            new ChunkQueries(table, chunk, side)
                .rows(locks.on(lock, side), windows, 1, List.of(), OptionalLong.empty()));
  }

  private Map<Integer, List<List<@Nullable String>>> rows(
      LockedCopy lock, Side side, List<RowKey> keys) {
    return read(side, () -> new RowValues(table, side).read(locks.on(lock, side), keys));
  }

  private interface Read<T> {
    T run() throws SQLException;
  }

  private static <T> T read(Side side, Read<T> read) {
    try {
      return read.run();
    } catch (SQLException e) {
      throw new SideReadException(side, e);
    }
  }
}
