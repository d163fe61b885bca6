package io.dualwrite.reconciler.watch;

import io.dualwrite.reconciler.compare.WindowResult.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a watch knows at a moment. Immutable.
 *
 * @param migration the migration's name
 * @param startedAt when the watch began
 * @param at when this was known
 * @param rounds how many rounds are through
 * @param upTo up to which time tables with a time column were compared; empty before the first
 *     round
 * @param away what keeps from looking, if anything does
 * @param control how the migration stands, as far as it was seen
 * @param tables the tables, by name
 * @param differences the last rows that were found to differ, the latest first
 */
public record WatchState(
    String migration,
    Instant startedAt,
    Instant at,
    long rounds,
    Optional<Instant> upTo,
    Optional<Away> away,
    Optional<Looks.Migration> control,
    List<TableDrift> tables,
    List<SeenDifference> differences) {
  public WatchState {
    tables = List.copyOf(tables);
    differences = List.copyOf(differences);
  }

  /** What keeps from looking, and since when. */
  public record Away(Instant since, String problem) {}

  /**
   * A row that was found to differ.
   *
   * @param key its key as text
   */
  public record SeenDifference(
      Instant at, String table, String kind, String key, List<String> columns, String window) {}

  /**
   * A table.
   *
   * @param first where its rows begin; empty without a time column, or where that is not known
   * @param problem why it cannot be compared
   * @param looked whether all that is comparable has been looked at once
   * @param seen when its parts were last looked at; before the watch began, by a comparison
   * @param lookedAt when it was last looked at
   * @param took how long that took
   * @param rows how many rows have been read since the watch began
   * @param open what was not found equal when it was last looked at
   * @param notTakenBack why a difference could not be taken out of what is kept as verified, which
   *     a comparison would leave out then
   */
  public record TableDrift(
      String table,
      boolean timed,
      Optional<Instant> first,
      Optional<String> problem,
      boolean looked,
      List<Seen> seen,
      Optional<Instant> lookedAt,
      Duration took,
      long rows,
      List<Part> open,
      Optional<String> notTakenBack) {
    public TableDrift {
      seen = List.copyOf(seen);
      open = List.copyOf(open);
    }

    /** Whether a part of it was last looked at too long ago to say anything of it. */
    public boolean outdated() {
      return seen.stream().anyMatch(Seen::outdated);
    }

    /** When the part looked at longest ago was looked at. */
    public Optional<Instant> oldest() {
      return seen.stream().map(Seen::at).min(Comparator.naturalOrder());
    }

    /** How many parts of it have that verdict. */
    public long count(Status status) {
      return open.stream().filter(p -> p.status() == status).count();
    }

    /** Rows that differ. */
    public long differing() {
      return open.stream().mapToLong(p -> p.missing() + p.extra() + p.changed()).sum();
    }
  }

  /**
   * When a part of a table was last looked at; an end that is empty is open.
   *
   * @param outdated whether that was too long ago to say anything of it
   */
  public record Seen(Optional<Instant> from, Optional<Instant> to, Instant at, boolean outdated) {}

  /**
   * A part of a table; an end that is empty is open.
   *
   * @param withoutTime whether it is the rows without a time, and no others
   */
  public record Part(
      Optional<Instant> from,
      Optional<Instant> to,
      boolean withoutTime,
      Status status,
      long missing,
      long extra,
      long changed,
      Optional<String> reason,
      Instant since) {}

  /** What it comes to. */
  public enum Verdict {
    /** Everything comparable was looked at and found equal. */
    IN_SYNC,
    /** Some rows differ. */
    DRIFT,
    /** Nothing differs, as far as is known; deliveries are pending where something is open. */
    NOT_YET,
    /** Something was not looked at, or cannot be at this moment. */
    UNKNOWN
  }

  /** The names of the tables with rows that differ, and how many rows. */
  public Map<String, Long> drifting() {
    Map<String, Long> drifting = new TreeMap<>();
    tables.stream()
        .filter(t -> t.count(Status.DIFFERS) > 0)
        .forEach(t -> drifting.put(t.table(), t.differing()));
    return drifting;
  }

  /** When what was looked at longest ago of all tables was looked at. */
  public Optional<Instant> oldest() {
    return tables.stream().flatMap(t -> t.oldest().stream()).min(Comparator.naturalOrder());
  }

  /** What it comes to. A database that is away is never in sync. */
  public Verdict verdict() {
    if (tables.stream().anyMatch(t -> t.count(Status.DIFFERS) > 0)) {
      return Verdict.DRIFT;
    }
    boolean unseen =
        away.isPresent()
            || upTo.isEmpty()
            || tables.isEmpty()
            || tables.stream()
                .anyMatch(
                    t ->
                        !t.looked()
                            || t.outdated()
                            || t.problem().isPresent()
                            || t.count(Status.FAILED) + t.count(Status.SKIPPED) > 0);
    if (unseen) {
      return Verdict.UNKNOWN;
    }
    return tables.stream().anyMatch(t -> !t.open().isEmpty()) ? Verdict.NOT_YET : Verdict.IN_SYNC;
  }
}
