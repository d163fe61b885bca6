package io.dualwrite.reconciler.compare;

import io.dualwrite.reconciler.compare.RowCursor.HashedRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Walks both sides' rows in step and names those that differ. */
public final class RowMerge {
  private RowMerge() {}

  /**
   * What a walk found.
   *
   * @param candidates rows that differ
   * @param unkeyed the numbers of windows in which rows differ that have a null in their keys
   * @param next where to go on, if the walk stopped at its limit
   */
  public record Page(List<Candidate> candidates, Set<Integer> unkeyed, OptionalLong next) {
    static final Page NOTHING = new Page(List.of(), Set.of(), OptionalLong.empty());
  }

  /** Rows by key; stops after about {@code limit} candidates. */
  static Page byKey(RowCursor source, RowCursor target, int limit) {
    List<Candidate> candidates = new ArrayList<>();
    Set<Integer> unkeyed = new TreeSet<>();
    while (!source.isEmpty() || !target.isEmpty()) {
      long hash = next(source, target);
      List<HashedRow> here = source.take(hash);
      List<HashedRow> there = target.take(hash);
      if (here.size() != 1 || there.size() != 1 || !here.get(0).isTwin(there.get(0))) {
        meet(here, there)
            .forEach(
                (spot, rows) -> {
                  if (rows.differ() && spot.identity().isEmpty()) {
                    unkeyed.add(spot.window());
                  } else if (rows.differ()) {
                    candidates.addAll(rows.candidates(spot));
                  }
                });
      }
      if (candidates.size() >= limit) {
        return new Page(candidates, unkeyed, OptionalLong.of(hash));
      }
    }
    return new Page(candidates, unkeyed, OptionalLong.empty());
  }

  private static Map<Spot, Namesakes> meet(List<HashedRow> source, List<HashedRow> target) {
    Map<Spot, Namesakes> spots = new LinkedHashMap<>();
    source.forEach(r -> spots.computeIfAbsent(Spot.of(r), s -> new Namesakes()).source.add(r));
    target.forEach(r -> spots.computeIfAbsent(Spot.of(r), s -> new Namesakes()).target.add(r));
    return spots;
  }

  /** A key in a window. */
  private record Spot(int window, List<String> identity) {
    static Spot of(HashedRow row) {
      return new Spot(row.window(), row.identity());
    }
  }

  /**
   * The rows of a key in a window: one of each side, unless a side has no unique key of these
   * columns, or keys that differ there are the same here.
   */
  private static final class Namesakes {
    private final List<HashedRow> source = new ArrayList<>(1);
    private final List<HashedRow> target = new ArrayList<>(1);

    boolean differ() {
      return !hashes(source).equals(hashes(target));
    }

    private static List<Long> hashes(List<HashedRow> rows) {
      return rows.stream().map(HashedRow::rowHash).sorted().toList();
    }

    List<Candidate> candidates(Spot spot) {
      boolean oneSided = source.isEmpty() || target.isEmpty();
      boolean several = source.size() > 1 || target.size() > 1;
      return Stream.concat(source.stream(), target.stream())
          .map(HashedRow::key)
          .limit(several ? Long.MAX_VALUE : 1)
          .distinct()
          .map(k -> new Candidate(spot.window(), k, spot.identity(), oneSided, several))
          .toList();
    }
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
      Map<Copy, Long> surplus = new HashMap<>();
      source.take(hash).forEach(row -> surplus.merge(Copy.of(row), 1L, Long::sum));
      target.take(hash).forEach(row -> surplus.merge(Copy.of(row), -1L, Long::sum));
      surplus.forEach(
          (copy, copies) -> {
            if (copies != 0) {
              Surplus before = found.getOrDefault(copy.window(), new Surplus(copy.window(), 0, 0));
              found.put(copy.window(), before.plus(copies));
            }
          });
    }
    return List.copyOf(found.values());
  }

  private record Copy(int window, long rowHash) {
    static Copy of(HashedRow row) {
      return new Copy(row.window(), row.rowHash());
    }
  }

  private static long next(RowCursor source, RowCursor target) {
    if (source.isEmpty()) {
      return target.nextHash();
    }
    return target.isEmpty() ? source.nextHash() : Math.min(source.nextHash(), target.nextHash());
  }
}
