package io.dualwrite.jdbc.copy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * The whole numbers from one key to another, both included.
 *
 * @param from the lowest
 * @param to the highest
 */
public record KeyRange(long from, long to) {
  /** The same numbers in ranges that neither overlap nor touch, in ascending order. */
  static List<KeyRange> union(Collection<KeyRange> ranges) {
    List<KeyRange> union = new ArrayList<>();
    List<KeyRange> ordered =
        ranges.stream().sorted(Comparator.comparingLong(KeyRange::from)).toList();
    for (KeyRange next : ordered) {
      KeyRange last = union.isEmpty() ? null : union.get(union.size() - 1);
      if (last != null && (last.to == Long.MAX_VALUE || next.from <= last.to + 1)) {
        union.set(union.size() - 1, new KeyRange(last.from, Math.max(last.to, next.to)));
      } else {
        union.add(next);
      }
    }
    return union;
  }

  /** Whether the number is one of these. */
  public boolean contains(long number) {
    return from <= number && number <= to;
  }

  /** How many numbers these are. */
  public long width() {
    return to - from + 1;
  }
}
