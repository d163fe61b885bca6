package io.dualwrite.reconciler.watch;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which pieces of the old are looked at again when, so that a pass takes its time. */
final class Rolling {
  private static final int PIECES = 24;

  private final Duration time;
  private final Deque<Piece> pass = new ArrayDeque<>();
  private int pieces;
  private double credit;
  private @Nullable Instant last;

  /** A pass takes that time, however many pieces it has. */
  Rolling(Duration time) {
    this.time = time;
  }

  /** A part of a table's history; the first piece is open below. */
  record Piece(String table, Optional<Instant> from, Instant to) {}

  /** A round begins: as many pieces become due as the time since the last one is worth. */
  void begin(Collection<TableWatch> tables, Instant closed, Instant now) {
    if (pass.isEmpty()) {
      plan(tables, closed);
    }
    Duration since = Duration.between(last == null || last.isAfter(now) ? now : last, now);
    credit =
        since.compareTo(time) < 0
            ? Math.min(credit + pieces * ((double) since.toMillis() / time.toMillis()), pieces)
            : pieces;
    last = now;
  }

  /** The next piece that is due; empty if none is. */
  Optional<Piece> next(Collection<TableWatch> tables, Instant closed) {
    while (credit >= 1) {
      if (pass.isEmpty()) {
        plan(tables, closed);
      }
      if (pass.isEmpty()) {
        return Optional.empty();
      }
      credit--;
      Piece piece = pass.removeFirst();
      if (tables.stream().anyMatch(t -> t.name().equals(piece.table()) && t.problem().isEmpty())) {
        return Optional.of(piece);
      }
    }
    return Optional.empty();
  }

  private void plan(Collection<TableWatch> tables, Instant closed) {
    List<Aged> aged = new ArrayList<>();
    for (TableWatch table : tables) {
      if (!table.timed() || !table.looked() || table.problem().isPresent()) {
        continue;
      }
      Instant first = table.first().filter(f -> f.isBefore(closed)).orElse(closed);
      Duration length = Duration.between(first, closed).dividedBy(PIECES);
      int count = length.toSeconds() < 1 ? 1 : PIECES;
      for (int i = 0; i < count; i++) {
        Instant from = first.plus(length.multipliedBy(i));
        Instant to = i == count - 1 ? closed : first.plus(length.multipliedBy(i + 1L));
        Instant start = i == 0 ? Instant.MIN : from;
        aged.add(
            new Aged(
                new Piece(table.name(), Optional.of(start).filter(Instant.MIN::isBefore), to),
                table.ages().oldest(start, to).orElse(Instant.MIN)));
      }
    }
    aged.stream().sorted(Comparator.comparing(Aged::at)).map(Aged::piece).forEach(pass::add);
    pieces = pass.size();
  }

  /** A piece, and when the part of it looked at longest ago was looked at. */
  private record Aged(Piece piece, Instant at) {}

  /** The next piece of what was last looked at before {@code time}; empty if there is none. */
  static Optional<Piece> outdated(Collection<TableWatch> tables, Instant time, Instant closed) {
    for (TableWatch table : tables) {
      Optional<Ages.Seen> seen =
          table.timed() && table.problem().isEmpty() ? table.outdated(time) : Optional.empty();
      if (seen.isPresent()) {
        Instant first = table.first().filter(f -> f.isBefore(closed)).orElse(closed);
        Instant from = seen.get().from();
        Instant to =
            (from.isAfter(first) ? from : first)
                .plus(Duration.between(first, closed).dividedBy(PIECES).plusSeconds(1));
        return Optional.of(
            new Piece(
                table.name(),
                Optional.of(from).filter(Instant.MIN::isBefore),
                to.isBefore(seen.get().to()) ? to : seen.get().to()));
      }
    }
    return Optional.empty();
  }
}
