package io.dualwrite.reconciler.compare;

import io.dualwrite.Side;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.compare.BothSides.Answers;
import io.dualwrite.reconciler.window.Chunk;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * From windows that differ to the rows that do, with memory bounded whatever the size of the
 * windows.
 */
public final class Drilldown {
  /**
   * So many rows are compared by their keys and hashes at once; more are first cut into cells by
   * their keys' hashes.
   */
  static final long ROWS_BY_KEY = 10_000;

  private static final int ROWS_PER_CELL = 2_000;
  private static final int MAX_CELLS = 65_536;

  private final BothSides sides;
  private final ComparedTable table;
  private final Side secondary;
  private final Pace pace;

  public Drilldown(BothSides sides, ComparedTable table, Side secondary) {
    this(sides, table, secondary, new Pace());
  }

  Drilldown(BothSides sides, ComparedTable table, Side secondary, Pace pace) {
    this.pace = pace;
    this.sides = sides.of(table.pair());
    this.table = table;
    this.secondary = secondary;
  }

  /**
   * The windows of a chunk with their sums.
   *
   * @param source by window number; windows without rows are left out
   * @param target likewise
   */
  public record Sums(Map<Long, WindowSum> source, Map<Long, WindowSum> target) {
    public WindowSum source(long window) {
      return source.getOrDefault(window, WindowSum.NONE);
    }

    public WindowSum target(long window) {
      return target.getOrDefault(window, WindowSum.NONE);
    }

    public boolean equal(long window) {
      return source(window).equals(target(window));
    }

    public long rows(long window) {
      return Math.max(source(window).rows(), target(window).rows());
    }

    /** The numbers, among those that either side has rows for, that differ. */
    public List<Long> differing() {
      Set<Long> numbers = new HashSet<>(source.keySet());
      numbers.addAll(target.keySet());
      return numbers.stream().filter(n -> !equal(n)).sorted().toList();
    }
  }

  /**
   * Where in a chunk rows differ.
   *
   * @param windows the numbers of the windows
   * @param buckets how many cells each window is cut into
   * @param cells the numbers of the cells; unused when there is one bucket
   */
  public record Place(List<Integer> windows, int buckets, List<Long> cells) {}

  /** Counts and hashes the windows of a chunk, in as many queries as keep each of them short. */
  public Sums sums(Chunk chunk) {
    Map<Long, WindowSum> source = new HashMap<>();
    Map<Long, WindowSum> target = new HashMap<>();
    int number = pace.pieces();
    for (Chunk piece : chunk.pieces(number)) {
      long began = System.nanoTime();
      Answers<Map<Long, WindowSum>> sums =
          sides.ask((side, c) -> new ChunkQueries(table, piece, side).sums(c));
      pace.took(number, Duration.ofNanos(System.nanoTime() - began));
      sums.source().forEach((window, sum) -> source.merge(window, sum, WindowSum::plus));
      sums.target().forEach((window, sum) -> target.merge(window, sum, WindowSum::plus));
    }
    return new Sums(source, target);
  }

  /** Narrows windows that differ down to cells that do. */
  public Place narrow(Chunk chunk, Sums sums) {
    List<Integer> windows = sums.differing().stream().map(Long::intValue).toList();
    long rows = windows.stream().mapToLong(sums::rows).sum();
    boolean oneSided =
        windows.stream().allMatch(w -> sums.source(w).rows() == 0)
            || windows.stream().allMatch(w -> sums.target(w).rows() == 0);
    if (rows <= ROWS_BY_KEY || oneSided) {
      return new Place(windows, 1, List.of());
    }
    long wanted = Math.min(MAX_CELLS / windows.size(), rows / windows.size() / ROWS_PER_CELL);
    int buckets = Integer.highestOneBit((int) Math.max(1, wanted)) * 2;
    Answers<Map<Long, WindowSum>> cells =
        sides.ask((side, c) -> new ChunkQueries(table, chunk, side).cells(c, windows, buckets));
    return new Place(windows, buckets, new Sums(cells.source(), cells.target()).differing());
  }

  /** The next rows that differ, about {@code limit} of them, as they look without a lock. */
  public RowMerge.Page page(Chunk chunk, Place place, OptionalLong after, int limit) {
    if (place.buckets() > 1 && place.cells().isEmpty()) {
      return RowMerge.Page.NOTHING;
    }
    return sides
        .snapshots()
        .onBoth(
            secondary,
            (source, target) -> {
              try (RowCursor s = rows(chunk, Side.SOURCE, source, place, after);
                  RowCursor t = rows(chunk, Side.TARGET, target, place, after)) {
                return RowMerge.byKey(s, t, limit);
              }
            });
  }

  private RowCursor rows(
      Chunk chunk, Side side, java.sql.Connection connection, Place place, OptionalLong after) {
    try {
      return new ChunkQueries(table, chunk, side)
          .rows(connection, place.windows(), place.buckets(), place.cells(), after);
    } catch (SQLException e) {
      throw new SideReadException(side, e);
    }
  }
}
