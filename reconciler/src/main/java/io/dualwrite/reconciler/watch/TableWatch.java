package io.dualwrite.reconciler.watch;

import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.window.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a watch knows of one table. It stays small however long the watch goes on: of what is equal
 * only the bounds are kept, of what is not a bounded number of ranges. For one thread.
 */
final class TableWatch {
  /** So many ranges are told apart; beyond, neighbours become one. */
  private static final int RANGES = 500;

  private final String name;
  private boolean timed;
  private Optional<String> problem = Optional.empty();
  private boolean looked;
  private @Nullable Instant first;
  private List<OpenRange> open = new ArrayList<>();
  private long rows;
  private final Ages ages = new Ages();
  private boolean grows;
  private @Nullable Instant lookedAt;
  private Duration took = Duration.ZERO;
  private Optional<String> notTakenBack = Optional.empty();

  TableWatch(String name, boolean timed) {
    this.name = name;
    this.timed = timed;
  }

  String name() {
    return name;
  }

  boolean timed() {
    return timed;
  }

  /** Takes over how the table is configured now; what can be compared no more is not known. */
  void update(Looks.WatchedTable table) {
    if (table.timed() != timed || (problem.isPresent() && table.problem().isEmpty())) {
      forget();
    }
    timed = table.timed();
    problem = table.problem();
  }

  /** What was found equal is not known any more; what was not is still to be looked at again. */
  void forget() {
    looked = false;
    grows = false;
    ages.clear();
  }

  Optional<String> problem() {
    return problem;
  }

  /** Whether all of it that is comparable has been looked at once. */
  boolean looked() {
    return looked;
  }

  /** Where its rows begin, as far as is known. */
  Optional<Instant> first() {
    return Optional.ofNullable(first);
  }

  /**
   * Takes over what comparisons have verified before the watch began. The rest of it has been
   * looked at.
   */
  void begin(Looks.Known known) {
    ages.seen(Instant.MIN, known.upTo(), known.at());
    first = first == null || known.first().isBefore(first) ? known.first() : first;
    grows = known.grows();
    looked = true;
  }

  /** Whether rows that were verified before the watch began never change. */
  boolean grows() {
    return grows;
  }

  Ages ages() {
    return ages;
  }

  /** A part that was looked at before {@code time}, and whose rows may have changed since. */
  Optional<Ages.Seen> outdated(Instant time) {
    return grows || !looked ? Optional.empty() : ages.before(time);
  }

  List<OpenRange> open() {
    return List.copyOf(open);
  }

  Optional<Instant> lookedAt() {
    return Optional.ofNullable(lookedAt);
  }

  Duration took() {
    return took;
  }

  /** Rows of the source read so far. */
  long rows() {
    return rows;
  }

  /** Why a difference could not be taken out of what is kept as verified. */
  Optional<String> notTakenBack() {
    return notTakenBack;
  }

  /**
   * Takes over whether that was possible when last something was found to differ; where nothing
   * differs any more, nothing is to be taken back.
   */
  void takenBack(Optional<String> problem, boolean differed) {
    if (problem.isPresent() || differed) {
      notTakenBack = problem;
    }
    if (!has(Status.DIFFERS)) {
      notTakenBack = Optional.empty();
    }
  }

  boolean has(Status status) {
    return open.stream().anyMatch(r -> r.status() == status);
  }

  /**
   * Takes over what was found in {@code [from, to)}, in place of what was known of it.
   *
   * @param now when it was looked, by this machine's clock
   */
  void found(
      TableComparison result,
      Optional<Instant> from,
      Optional<Instant> to,
      boolean withoutTime,
      Instant now,
      Duration duration) {
    Instant start = from.orElse(Instant.MIN);
    Instant end = to.orElse(Instant.MAX);
    List<OpenRange> before = open;
    List<OpenRange> after = new ArrayList<>();
    for (OpenRange range : before) {
      if (range.withoutTime() && !withoutTime) {
        after.add(range);
      } else if (!range.withoutTime()) {
        after.addAll(range.outside(start, end));
      }
    }
    for (WindowResult window : result.windows()) {
      Instant windowFrom = bound(window.window(), window.window().from(), Instant.MIN);
      if (window.window().kind() == Window.Kind.TIME
          && (first == null || windowFrom.isBefore(first))) {
        first = windowFrom;
      }
      if (window.status() != Status.EQUAL) {
        Instant windowTo = bound(window.window(), window.window().to(), Instant.MAX);
        after.add(
            window.window().kind() == Window.Kind.NULL_TIME
                ? range(window, Instant.MIN, Instant.MIN, before, now)
                : range(window, max(windowFrom, start), min(windowTo, end), before, now));
        if (timed && withoutTime && from.isPresent() && window.window().kind() == Window.Kind.ALL) {
          // Nothing was read: who looks at that part again does not read the rows without a time.
          after.add(range(window, Instant.MIN, Instant.MIN, before, now));
        }
      }
    }
    after.sort(Comparator.comparing(OpenRange::from));
    open = bounded(after);
    rows += result.sourceRows();
    ages.seen(start, end, now);
    lookedAt = now;
    took = duration;
    if (from.isEmpty()) {
      looked = true;
    }
  }

  private static OpenRange range(
      WindowResult window, Instant from, Instant to, List<OpenRange> before, Instant now) {
    Instant since =
        before.stream()
            .filter(r -> r.overlaps(from, to) || (r.withoutTime() && to.equals(Instant.MIN)))
            .filter(r -> r.status() == window.status())
            .map(OpenRange::since)
            .min(Comparator.naturalOrder())
            .orElse(now);
    return new OpenRange(
        from,
        to,
        window.status(),
        window.missing(),
        window.extra(),
        window.changed(),
        window.reason(),
        since);
  }

  /** What failed never becomes one with what is pending or differs. */
  private static List<OpenRange> bounded(List<OpenRange> ranges) {
    if (ranges.size() <= RANGES) {
      return ranges;
    }
    Map<Status, List<OpenRange>> alike = new EnumMap<>(Status.class);
    List<OpenRange> all = new ArrayList<>();
    for (OpenRange range : ranges) {
      (range.withoutTime() ? all : alike.computeIfAbsent(range.status(), s -> new ArrayList<>()))
          .add(range);
    }
    while (alike.values().stream().mapToInt(List::size).sum() > RANGES - all.size()) {
      alike.entrySet().stream()
          .max(Comparator.comparing(e -> e.getValue().size()))
          .ifPresent(most -> most.setValue(pairs(most.getValue())));
    }
    alike.values().forEach(all::addAll);
    all.sort(Comparator.comparing(OpenRange::from));
    return all;
  }

  private static List<OpenRange> pairs(List<OpenRange> ranges) {
    List<OpenRange> pairs = new ArrayList<>();
    for (int i = 0; i < ranges.size(); i += 2) {
      pairs.add(i + 1 < ranges.size() ? ranges.get(i).and(ranges.get(i + 1)) : ranges.get(i));
    }
    return pairs;
  }

  private static Instant bound(Window window, @Nullable String text, Instant none) {
    return window.kind() == Window.Kind.TIME && text != null ? Instant.parse(text) : none;
  }

  private static Instant max(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }

  private static Instant min(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }
}
