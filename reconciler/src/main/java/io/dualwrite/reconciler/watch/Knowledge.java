package io.dualwrite.reconciler.watch;

import static java.util.stream.Collectors.joining;

import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.watch.Looks.WatchedTable;
import io.dualwrite.reconciler.watch.WatchState.Away;
import io.dualwrite.reconciler.watch.WatchState.SeenDifference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a watch knows of the tables and the migration, and since when. For one thread. */
final class Knowledge {
  private static final int LAST_DIFFERENCES = 50;

  private final String migration;
  private final Instant startedAt;
  private final Duration validity;
  private final SortedMap<String, TableWatch> tables = new TreeMap<>();
  private final Deque<SeenDifference> differences = new ArrayDeque<>();
  private Optional<Instant> upTo = Optional.empty();
  private Optional<Away> away = Optional.empty();
  private Optional<Looks.Migration> control = Optional.empty();
  private long rounds;

  /**
   * Nothing yet.
   *
   * @param validity what was looked at longer ago says nothing
   */
  Knowledge(String migration, Instant startedAt, Duration validity) {
    this.migration = migration;
    this.startedAt = startedAt;
    this.validity = validity;
  }

  /** The tables, by name. */
  Collection<TableWatch> tables() {
    return tables.values();
  }

  /** A table that was found when last asked. */
  TableWatch table(String name) {
    TableWatch table = tables.get(name);
    if (table == null) {
      throw new IllegalStateException(name + " is not watched");
    }
    return table;
  }

  /** The databases answer: these are the tables now, and so does the migration stand. */
  void found(List<WatchedTable> found, Optional<Looks.Migration> migrationNow) {
    control = migrationNow;
    tables.keySet().retainAll(found.stream().map(WatchedTable::name).toList());
    for (WatchedTable table : found) {
      tables
          .computeIfAbsent(table.name(), name -> new TableWatch(name, table.timed()))
          .update(table);
    }
  }

  /** Nothing that was found equal before is known any more. */
  void forget() {
    tables.values().forEach(TableWatch::forget);
  }

  /** Everything can be looked at. */
  void back() {
    away = Optional.empty();
  }

  /** What keeps from looking, if anything does. */
  Optional<Away> away() {
    return away;
  }

  /** Something keeps from looking. */
  void away(Away what) {
    away = Optional.of(what);
  }

  /** Tables with a time column have been compared up to there. */
  void comparedUpTo(Instant time) {
    upTo = Optional.of(time);
  }

  /** A round is through. */
  void roundEnded() {
    rounds++;
  }

  /** What was looked at before this says nothing any more. */
  Instant tooOld(Instant now) {
    return now.minus(validity);
  }

  /**
   * Takes over what a comparison has found in {@code [from, to)} of its tables.
   *
   * @param begun when it began
   * @param now when it has ended
   */
  void found(
      Comparison result,
      Optional<Instant> from,
      Optional<Instant> to,
      boolean withoutTime,
      Instant begun,
      Instant now) {
    for (TableComparison table : result.tables()) {
      TableWatch watched = tables.get(table.table());
      if (watched != null) {
        watched.found(table, from, to, withoutTime, begun, Duration.between(begun, now));
        watched.takenBack(
            Optional.ofNullable(result.kept().notTakenBack().get(table.table())),
            table.count(Status.DIFFERS) > 0);
        table.differences().forEach(d -> remember(table.table(), d, now));
      }
    }
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

  /** All of it at a moment. */
  WatchState state(Instant now) {
    return new WatchState(
        migration,
        startedAt,
        now,
        rounds,
        upTo,
        away,
        control,
        tables.values().stream().map(t -> drift(t, now)).toList(),
        List.copyOf(differences));
  }

  private WatchState.TableDrift drift(TableWatch table, Instant now) {
    Instant tooOld = tooOld(now);
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
        table.open().stream().map(Knowledge::part).toList(),
        table.notTakenBack());
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
}
