package io.dualwrite.reconciler.watch;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * When each part of a table was last looked at. It stays small: neighbours become one, as old as
 * the older of them, where their ages are nearest. For one thread.
 */
final class Ages {
  private static final int PARTS = 96;

  private final List<Seen> parts = new ArrayList<>();

  /** {@code [from, to)} was looked at then. */
  record Seen(Instant from, Instant to, Instant at) {
    boolean overlaps(Instant start, Instant end) {
      return from.isBefore(end) && to.isAfter(start);
    }
  }

  void clear() {
    parts.clear();
  }

  void seen(Instant from, Instant to, Instant at) {
    if (!from.isBefore(to)) {
      return;
    }
    List<Seen> before = List.copyOf(parts);
    parts.clear();
    for (Seen part : before) {
      if (!part.overlaps(from, to)) {
        parts.add(part);
        continue;
      }
      if (part.from().isBefore(from)) {
        parts.add(new Seen(part.from(), from, part.at()));
      }
      if (part.to().isAfter(to)) {
        parts.add(new Seen(to, part.to(), part.at()));
      }
    }
    parts.add(new Seen(from, to, at));
    parts.sort(Comparator.comparing(Seen::from));
    while (parts.size() > PARTS) {
      joinNearest();
    }
  }

  private void joinNearest() {
    int nearest = 0;
    for (int i = 1; i + 1 < parts.size(); i++) {
      if (apart(i).compareTo(apart(nearest)) < 0) {
        nearest = i;
      }
    }
    Seen a = parts.get(nearest);
    Seen b = parts.remove(nearest + 1);
    parts.set(nearest, new Seen(a.from(), b.to(), a.at().isBefore(b.at()) ? a.at() : b.at()));
  }

  private Duration apart(int i) {
    return Duration.between(parts.get(i).at(), parts.get(i + 1).at()).abs();
  }

  List<Seen> parts() {
    return List.copyOf(parts);
  }

  /** When the part looked at longest ago was; empty before any was. */
  Optional<Instant> oldest(Instant from, Instant to) {
    return parts.stream()
        .filter(p -> p.overlaps(from, to))
        .map(Seen::at)
        .min(Comparator.naturalOrder());
  }

  /** The first part that was looked at before {@code time}. */
  Optional<Seen> before(Instant time) {
    return parts.stream().filter(p -> p.at().isBefore(time)).findFirst();
  }
}
