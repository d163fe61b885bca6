package io.dualwrite.reconciler.watch;

import static java.util.stream.Collectors.joining;

import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.watch.Looks.WatchedTable;
import io.dualwrite.reconciler.watch.WatchState.Away;
import io.dualwrite.reconciler.watch.WatchState.SeenDifference;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compares, round by round, what has become comparable: rows older than the lateness. What was not
 * equal is looked at again in every round until it is; what is old, a share in every round.
 *
 * <p>A database that is away does not end it: the state then says so, and is not in sync until it
 * could be looked at again. One thread runs the rounds; {@link #state} may be read by any.
 */
public final class Watch implements AutoCloseable {
  private static final int LAST_DIFFERENCES = 50;

  /** A table without a time column takes no more than this share of the time. */
  private static final int WHOLE_SHARE = 20;

  private final String migration;
  private final WatchOptions options;
  private final Supplier<Looks> opening;
  private final Clock clock;
  private final Consumer<WatchState> listener;
  private final Instant startedAt;
  private final SortedMap<String, TableWatch> tables = new TreeMap<>();
  private final Deque<SeenDifference> differences = new ArrayDeque<>();
  private final Rolling rolling;
  private final Turns turns = new Turns();
  private @Nullable Looks looks;
  private @Nullable Instant frontier;
  private Optional<Instant> upTo = Optional.empty();
  private Optional<Away> away = Optional.empty();
  private Optional<Looks.Migration> control = Optional.empty();
  private @Nullable String servers;
  private boolean asked;
  private boolean again;
  private long rounds;
  private volatile WatchState state;

  /**
   * A watch that has not looked yet.
   *
   * @param opening opens connections; asked again after every failure
   * @param listener is told every new state, on the thread that runs the rounds
   */
  public Watch(
      String migration,
      WatchOptions options,
      Supplier<Looks> opening,
      Clock clock,
      Consumer<WatchState> listener) {
    this.migration = migration;
    this.options = options;
    this.opening = opening;
    this.clock = clock;
    this.listener = listener;
    this.startedAt = clock.instant();
    this.rolling = new Rolling(options.pass());
    this.state = snapshot();
  }

  /** What is known. */
  public WatchState state() {
    return state;
  }

  /** Looks once at everything that is due; the state afterwards. Never throws for a database. */
  public WatchState round() {
    Optional<Away> before = away;
    try {
      Looks open = looks;
      if (open == null) {
        open = opening.get();
        looks = open;
      }
      look(open);
      if (again) {
        close();
      }
    } catch (CannotLookException e) {
      Instant since = before.map(Away::since).orElse(clock.instant());
      away = Optional.of(new Away(since, e.problem()));
      close();
    }
    rounds++;
    publish();
    return state;
  }

  private void look(Looks open) {
    again = false;
    List<WatchedTable> found = open.tables();
    control = open.migration();
    tables.keySet().retainAll(found.stream().map(WatchedTable::name).toList());
    for (WatchedTable table : found) {
      tables
          .computeIfAbsent(table.name(), name -> new TableWatch(name, table.timed()))
          .update(table);
    }
    forgetIfStarted(open.servers());
    Map<String, Looks.Known> known = known(open);
    // What can be looked at now is there; whether it is equal is only known below.
    away = Optional.empty();
    Instant begun = clock.instant();
    Instant cut = begun.minus(options.lateness());
    List<String> fresh = new ArrayList<>();
    for (WatchedTable table : found) {
      TableWatch watched = tables.get(table.name());
      if (watched == null || table.problem().isPresent()) {
        continue;
      }
      if (watched.looked() && table.timed()) {
        fresh.add(table.name());
      } else if (!watched.looked()) {
        firstLook(open, watched, Optional.ofNullable(known.get(watched.name())), cut);
      } else if (wholeIsDue(watched)) {
        compare(open, List.of(watched.name()), Optional.empty(), Optional.empty(), false);
      }
    }
    Instant closed = floor(cut);
    Instant from = frontier;
    if (from != null && !fresh.isEmpty()) {
      boolean whole = closed.isAfter(from);
      if (whole) {
        compare(open, fresh, Optional.of(from), Optional.of(closed), true);
      }
      if (cut.isAfter(closed)) {
        compare(open, fresh, Optional.of(whole ? closed : from), Optional.of(cut), false);
      }
    }
    frontier = closed;
    upTo = Optional.of(cut);
    lookAgain(open, closed, begun);
    Instant end = clock.instant().plus(options.every());
    readAgain(open, end, () -> Rolling.outdated(tables.values(), tooOld(begun), closed));
    rolling.begin(tables.values(), closed, begun);
    readAgain(open, end, () -> rolling.next(tables.values(), closed));
  }

  /**
   * A server that has started anew may have been restored from a backup, or be another one that
   * lacks what was written last: what was found equal before says nothing of it.
   */
  private void forgetIfStarted(String now) {
    if (servers != null && !servers.equals(now)) {
      tables.values().forEach(TableWatch::forget);
      asked = false;
    }
    servers = now;
  }

  /** Asked where it is used at once: it may be lowered, or go back with its database, later. */
  private Map<String, Looks.Known> known(Looks open) {
    boolean needed =
        !asked
            && tables.values().stream()
                .anyMatch(t -> t.timed() && !t.looked() && t.problem().isEmpty());
    Map<String, Looks.Known> known = needed ? open.known() : Map.of();
    asked = true;
    return known;
  }

  /** All of it that is comparable, but for what is known already and need not be read at once. */
  private void firstLook(Looks open, TableWatch table, Optional<Looks.Known> known, Instant cut) {
    List<String> name = List.of(table.name());
    Optional<Looks.Known> before = known.filter(k -> table.timed() && k.upTo().isBefore(cut));
    if (before.isPresent()) {
      Instant from = before.get().upTo();
      compare(open, name, Optional.of(from), Optional.of(cut), true, true);
      table.begin(before.get());
    } else {
      Optional<Instant> to = table.timed() ? Optional.of(cut) : Optional.empty();
      compare(open, name, Optional.empty(), to, true);
    }
  }

  /** Piece by piece, for as long as a round may take; one piece at least. */
  private void readAgain(Looks open, Instant end, Supplier<Optional<Rolling.Piece>> pieces) {
    Optional<Rolling.Piece> piece = pieces.get();
    while (piece.isPresent()) {
      Rolling.Piece due = piece.get();
      compare(open, List.of(due.table()), due.from(), Optional.of(due.to()), false);
      piece = clock.instant().isBefore(end) ? pieces.get() : Optional.empty();
    }
  }

  /** What was looked at before this says nothing any more. */
  private Instant tooOld(Instant now) {
    return now.minus(options.validity());
  }

  /** What was not equal before this round and lies before what is looked at anyway. */
  private void lookAgain(Looks open, Instant closed, Instant begun) {
    List<TableWatch> lookable =
        tables.values().stream().filter(t -> t.timed() && t.problem().isEmpty()).toList();
    for (Turns.Due due :
        turns.due(lookable, r -> r.from().isBefore(closed) && r.since().isBefore(begun))) {
      OpenRange range = due.range();
      // Rows without a time come with whatever is open below: as little as there is.
      Instant end = range.withoutTime() ? firstWindow(due.table(), closed) : range.to();
      compare(
          open,
          List.of(due.table().name()),
          Optional.of(range.from()).filter(i -> i.isAfter(Instant.MIN)),
          Optional.of(end).filter(i -> i.isBefore(Instant.MAX)),
          false);
    }
  }

  private Instant firstWindow(TableWatch table, Instant closed) {
    return table
        .first()
        .map(first -> first.plus(options.window()))
        .filter(end -> end.isBefore(closed))
        .orElse(closed);
  }

  private boolean wholeIsDue(TableWatch table) {
    Duration rest = table.took().multipliedBy(table.open().isEmpty() ? WHOLE_SHARE : 2);
    Duration latest = options.pass().minus(table.took());
    Duration longest = rest.compareTo(latest) < 0 ? rest : latest;
    return table.lookedAt().map(at -> !clock.instant().isBefore(at.plus(longest))).orElse(true);
  }

  /** The rows without a time are before every other. */
  private void compare(
      Looks open, List<String> names, Optional<Instant> from, Optional<Instant> to, boolean keep) {
    compare(open, names, from, to, from.isEmpty(), keep);
  }

  private void compare(
      Looks open,
      List<String> names,
      Optional<Instant> from,
      Optional<Instant> to,
      boolean withoutTime,
      boolean keep) {
    Instant begun = clock.instant();
    Comparison result = open.compare(names, from, to, withoutTime, keep);
    Instant now = clock.instant();
    for (TableComparison table : result.tables()) {
      TableWatch watched = tables.get(table.table());
      if (watched != null) {
        watched.found(table, from, to, withoutTime, begun, Duration.between(begun, now));
        table.differences().forEach(d -> remember(table.table(), d, now));
      }
    }
    again |= result.count(Status.FAILED) > 0;
    publish();
  }

  private void remember(String table, Difference difference, Instant now) {
    String key =
        difference.key().isEmpty()
            ? difference.rows() + " rows"
            : difference.key().entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(joining(" "));
    String kind = difference.kind().name();
    differences.removeIf(
        d -> d.table().equals(table) && d.key().equals(key) && d.kind().equals(kind));
    differences.addFirst(
        new SeenDifference(
            now, table, kind, key, difference.columns(), difference.window().label()));
    while (differences.size() > LAST_DIFFERENCES) {
      differences.removeLast();
    }
  }

  private Instant floor(Instant time) {
    long seconds = options.window().toSeconds();
    return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), seconds) * seconds);
  }

  private void publish() {
    state = snapshot();
    listener.accept(state);
  }

  private WatchState snapshot() {
    return new WatchState(
        migration,
        startedAt,
        clock.instant(),
        rounds,
        upTo,
        away,
        control,
        tables.values().stream().map(this::drift).toList(),
        List.copyOf(differences));
  }

  private WatchState.TableDrift drift(TableWatch table) {
    Instant tooOld = tooOld(clock.instant());
    return new WatchState.TableDrift(
        table.name(),
        table.timed(),
        table.first(),
        table.problem(),
        table.looked(),
        table.ages().parts().stream()
            .map(
                p ->
                    new WatchState.Seen(
                        Optional.of(p.from()).filter(Instant.MIN::isBefore),
                        Optional.of(p.to()).filter(Instant.MAX::isAfter),
                        p.at(),
                        !table.grows() && p.at().isBefore(tooOld)))
            .toList(),
        table.lookedAt(),
        table.took(),
        table.rows(),
        table.open().stream().map(Watch::part).toList());
  }

  private static WatchState.Part part(OpenRange range) {
    return new WatchState.Part(
        Optional.of(range.from()).filter(i -> i.isAfter(Instant.MIN)),
        Optional.of(range.to()).filter(i -> i.isBefore(Instant.MAX) && !range.withoutTime()),
        range.withoutTime(),
        range.status(),
        range.missing(),
        range.extra(),
        range.changed(),
        range.reason(),
        range.since());
  }

  /** Closes the connections; a later round opens them again. */
  @Override
  public void close() {
    Looks open = looks;
    looks = null;
    asked = false;
    if (open != null) {
      open.close();
    }
  }

  /** The names of the tables with rows that differ, and how many rows. */
  public static Map<String, Long> drifting(WatchState state) {
    Map<String, Long> drifting = new TreeMap<>();
    state.tables().stream()
        .filter(t -> t.count(Status.DIFFERS) > 0)
        .forEach(t -> drifting.put(t.table(), t.differing()));
    return drifting;
  }
}
