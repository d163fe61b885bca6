package io.dualwrite.reconciler.watch;

import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.watch.Looks.WatchedTable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is looked at in a round, and in which order. For one thread. */
final class Rounds {
  /** A table without a time column takes no more than this share of the time. */
  private static final int WHOLE_SHARE = 20;

  private final Knowledge known;
  private final WatchOptions options;
  private final Clock clock;
  private final Runnable afterEach;
  private final Rolling rolling;
  private final Turns turns = new Turns();
  private @Nullable Instant frontier;
  private @Nullable String servers;
  private boolean asked;
  private boolean failed;

  /**
   * Before the first.
   *
   * @param known is told what is found
   * @param afterEach is run after each look, when that is known
   */
  Rounds(Knowledge known, WatchOptions options, Clock clock, Runnable afterEach) {
    this.known = known;
    this.options = options;
    this.clock = clock;
    this.afterEach = afterEach;
    this.rolling = new Rolling(options.pass());
  }

  /** The connections were closed: what is verified may be another by the next round. */
  void interrupted() {
    asked = false;
  }

  /**
   * Looks once at everything that is due.
   *
   * @return whether any of it failed, so that the connections are better opened anew
   * @throws CannotLookException if a database is away
   */
  boolean look(Looks open) {
    failed = false;
    List<WatchedTable> found = open.tables();
    known.found(found, open.migration());
    forgetIfStarted(open.servers());
    Map<String, Looks.Known> before = verified(open);
    // What can be looked at now is there; whether it is equal is only known below.
    known.back();
    Instant begun = clock.instant();
    Instant cut = begun.minus(options.lateness());
    List<String> fresh = new ArrayList<>();
    for (WatchedTable table : found) {
      TableWatch watched = known.table(table.name());
      if (table.problem().isPresent()) {
        continue;
      }
      if (watched.looked() && table.timed()) {
        fresh.add(table.name());
      } else if (!watched.looked()) {
        firstLook(open, watched, Optional.ofNullable(before.get(watched.name())), cut);
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
    known.comparedUpTo(cut);
    lookAgain(open, closed, begun);
    Instant end = clock.instant().plus(options.every());
    readAgain(open, end, () -> Rolling.outdated(known.tables(), known.tooOld(begun), closed));
    rolling.begin(known.tables(), closed, begun);
    readAgain(open, end, () -> rolling.next(known.tables(), closed));
    return failed;
  }

  /**
   * A server that has started anew may have been restored from a backup, or be another one that
   * lacks what was written last: what was found equal before says nothing of it.
   */
  private void forgetIfStarted(String now) {
    if (servers != null && !servers.equals(now)) {
      known.forget();
      asked = false;
    }
    servers = now;
  }

  /** Asked where it is used at once: it may be lowered, or go back with its database, later. */
  private Map<String, Looks.Known> verified(Looks open) {
    boolean needed =
        !asked
            && known.tables().stream()
                .anyMatch(t -> t.timed() && !t.looked() && t.problem().isEmpty());
    Map<String, Looks.Known> verified = needed ? open.known() : Map.of();
    asked = true;
    return verified;
  }

  /** All of it that is comparable, but for what is known already and need not be read at once. */
  private void firstLook(
      Looks open, TableWatch table, Optional<Looks.Known> verified, Instant cut) {
    List<String> name = List.of(table.name());
    Optional<Looks.Known> before = verified.filter(k -> table.timed() && k.upTo().isBefore(cut));
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

  /** What was not equal before this round and lies before what is looked at anyway. */
  private void lookAgain(Looks open, Instant closed, Instant begun) {
    List<TableWatch> lookable =
        known.tables().stream().filter(t -> t.timed() && t.problem().isEmpty()).toList();
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
    known.found(result, from, to, withoutTime, begun, clock.instant());
    failed |= result.count(Status.FAILED) > 0;
    afterEach.run();
  }

  private Instant floor(Instant time) {
    long seconds = options.window().toSeconds();
    return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), seconds) * seconds);
  }
}
