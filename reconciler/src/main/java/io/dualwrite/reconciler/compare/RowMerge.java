package io.dualwrite.reconciler.compare;

import io.dualwrite.reconciler.compare.RowCursor.HashedRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Walks both sides' rows in step and names those that differ. */
public final class RowMerge {
  private RowMerge() {}

  /**
   * What a walk found.
   *
   * @param candidates rows that differ
   * @param next where to go on, if the walk stopped at its limit
   */
  public record Page(List<Candidate> candidates, OptionalLong next) {}

  /** Rows by key; stops after about {@code limit} candidates. */
  static Page byKey(RowCursor source, RowCursor target, int limit) {
    List<Candidate> candidates = new ArrayList<>();
    while (!source.isEmpty() || !target.isEmpty()) {
      long hash = next(source, target);
      Map<List<String>, HashedRow> there = new HashMap<>();
      for (HashedRow row : target.take(hash)) {
        there.put(row.identity(), row);
      }
      for (HashedRow row : source.take(hash)) {
        HashedRow twin = there.get(row.identity());
        boolean sameWindow = twin != null && twin.window() == row.window();
        if (sameWindow) {
          there.remove(row.identity());
        }
        if (twin == null || !sameWindow || twin.rowHash() != row.rowHash()) {
          candidates.add(new Candidate(row.window(), row.key(), row.identity(), !sameWindow));
        }
      }
      for (HashedRow row : there.values()) {
        candidates.add(new Candidate(row.window(), row.key(), row.identity(), true));
      }
      if (candidates.size() >= limit) {
        return new Page(candidates, OptionalLong.of(hash));
      }
    }
    return new Page(candidates, OptionalLong.empty());
  }

  /**
   * What a window of a table without a key lacks and has too much of: copies of rows, whichever
   * rows they are.
   *
   * @param window the number of the window in the chunk
   * @param missing copies that the source has more
   * @param extra copies that the target has more
   */
  public record Surplus(int window, long missing, long extra) {
    private Surplus plus(long copies) {
      return copies > 0
          ? new Surplus(window, missing + copies, extra)
          : new Surplus(window, missing, extra - copies);
    }
  }

  /** Counts copies by the hash of the whole row; windows with as many of each are left out. */
  static List<Surplus> byCopies(RowCursor source, RowCursor target) {
    Map<Integer, Surplus> found = new TreeMap<>();
    while (!source.isEmpty() || !target.isEmpty()) {
      long hash = next(source, target);
      Map<Integer, Long> surplus = new HashMap<>();
      source.take(hash).forEach(row -> surplus.merge(row.window(), 1L, Long::sum));
      target.take(hash).forEach(row -> surplus.merge(row.window(), -1L, Long::sum));
      surplus.forEach(
          (window, copies) -> {
            if (copies != 0) {
              Surplus before = found.getOrDefault(window, new Surplus(window, 0, 0));
              found.put(window, before.plus(copies));
            }
          });
    }
    return List.copyOf(found.values());
  }

  private static long next(RowCursor source, RowCursor target) {
    if (source.isEmpty()) {
      return target.nextHash();
    }
    return target.isEmpty() ? source.nextHash() : Math.min(source.nextHash(), target.nextHash());
  }
}
