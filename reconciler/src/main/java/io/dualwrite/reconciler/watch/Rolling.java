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

/** Which pieces of the old are looked at again in a round, so that a pass takes its time. */
final class Rolling {
  private static final int PIECES = 24;

  private final double sharePerRound;
  private final Deque<Piece> pass = new ArrayDeque<>();
  private int pieces;
  private double credit;

  Rolling(WatchOptions options) {
    this.sharePerRound =
        Math.min(1.0, (double) options.every().toMillis() / options.reverify().toMillis());
  }

  /** A part of a table's history; the first piece is open below. */
  record Piece(String table, Optional<Instant> from, Instant to) {}

  /** What is due in this round. */
  List<Piece> due(Collection<TableWatch> tables, Instant closed) {
    if (pass.isEmpty()) {
      plan(tables, closed);
    }
    credit = Math.min(credit + sharePerRound * pieces, PIECES);
    List<Piece> due = new ArrayList<>();
    while (credit >= 1 && !pass.isEmpty()) {
      credit--;
      Piece piece = pass.removeFirst();
      if (tables.stream().anyMatch(t -> t.name().equals(piece.table()) && t.problem().isEmpty())) {
        due.add(piece);
      }
    }
    return due;
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
