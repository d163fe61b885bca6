package io.dualwrite.reconciler.compare;

import io.dualwrite.reconciler.compare.RowCursor.HashedRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

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
   * Rows that one side has more often than the other, of a table without a key.
   *
   * @param window the number of the window in the chunk
   * @param rowHash what the copies of the row share
   * @param surplus copies that the source has more than the target; negative: fewer
   */
  public record Surplus(int window, long rowHash, long surplus) {}

  /** Counts copies by the hash of the whole row. */
  static List<Surplus> byCopies(RowCursor source, RowCursor target) {
    List<Surplus> found = new ArrayList<>();
    while (!source.isEmpty() || !target.isEmpty()) {
      long hash = next(source, target);
      Map<Integer, Long> surplus = new HashMap<>();
      source.take(hash).forEach(row -> surplus.merge(row.window(), 1L, Long::sum));
      target.take(hash).forEach(row -> surplus.merge(row.window(), -1L, Long::sum));
      surplus.forEach(
          (window, copies) -> {
            if (copies != 0) {
              found.add(new Surplus(window, hash, copies));
            }
          });
    }
    return found;
  }

  private static long next(RowCursor source, RowCursor target) {
    if (source.isEmpty()) {
      return target.nextHash();
    }
    return target.isEmpty() ? source.nextHash() : Math.min(source.nextHash(), target.nextHash());
  }
}
