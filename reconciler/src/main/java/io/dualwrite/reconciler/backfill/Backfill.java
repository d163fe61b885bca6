package io.dualwrite.reconciler.backfill;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a backfill did.
 *
 * @param migration the migration's name
 * @param run its number, by which the target keeps it
 * @param resumed whether it went on with one that was interrupted
 * @param startedAt when this process began
 * @param duration how long this process took
 * @param until the time before which rows were copied; empty: all of them
 * @param tables in the order of the work
 * @param notes what concerns all of it
 * @param unbuilt indexes and foreign keys that were dropped and could not be built again, with the
 *     reason
 */
public record Backfill(
    String migration,
    long run,
    boolean resumed,
    Instant startedAt,
    Duration duration,
    Optional<Instant> until,
    List<TableBackfill> tables,
    List<String> notes,
    List<String> unbuilt) {
  public Backfill {
    unbuilt = List.copyOf(unbuilt);
    tables = List.copyOf(tables);
    notes = List.copyOf(notes);
  }

  /**
   * What became of a table.
   *
   * @param table its identity
   * @param windows windows finished by this process
   * @param windowsBefore windows that an interrupted process had finished before, which were not
   *     copied again
   * @param rows rows of the source in the windows of this process
   * @param copied rows out of these that the target had not
   * @param pending rows that wait in the journal or are set aside: delivery brings them
   * @param changed rows that the target has with other values, left as they are; those that an
   *     interrupted process met included
   * @param extra rows of these windows that the target alone has, left as they are; likewise
   * @param refused rows that the target refuses
   * @param complete whether every window is done
   * @param interrupted whether it stopped before its end, because a database failed, say
   * @param leftOut whether it is not mirrored as it is, so that to go on is of no use
   * @param longestLock for how long deliveries of the table waited for this at the most
   * @param duration how long it took
   * @param problems why something was not copied, one line each, without row values
   * @param notes what the reader should know
   */
  public record TableBackfill(
      String table,
      long windows,
      long windowsBefore,
      long rows,
      long copied,
      long pending,
      long changed,
      long extra,
      long refused,
      boolean complete,
      boolean interrupted,
      boolean leftOut,
      Duration longestLock,
      Duration duration,
      List<String> problems,
      List<String> notes) {
    public TableBackfill {
      problems = List.copyOf(problems);
      notes = List.copyOf(notes);
    }

    /** One that could not be begun. */
    static TableBackfill failed(String table, String problem) {
      return without(table, problem, false);
    }

    /** One that is not mirrored. */
    static TableBackfill leftOut(String table, String problem) {
      return without(table, problem, true);
    }

    private static TableBackfill without(String table, String problem, boolean leftOut) {
      return new TableBackfill(
          table,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          false,
          !leftOut,
          leftOut,
          Duration.ZERO,
          Duration.ZERO,
          List.of(problem),
          List.of());
    }
  }

  /** Whether every window of every table is done; rows that the target refuses are not. */
  public boolean complete() {
    return unbuilt.isEmpty() && tables.stream().allMatch(TableBackfill::complete);
  }

  /** Whether nothing is left to do but for tables that are not mirrored. */
  boolean exhausted() {
    return unbuilt.isEmpty() && tables.stream().allMatch(t -> t.complete() || t.leftOut());
  }

  /** Tables that are not mirrored as they are. */
  public List<String> leftOut() {
    return tables.stream().filter(TableBackfill::leftOut).map(TableBackfill::table).toList();
  }

  /** Whether any table was not gone through to its end. */
  public boolean interrupted() {
    return tables.stream().anyMatch(TableBackfill::interrupted);
  }

  /** Rows that the target now has and had not. */
  public long copied() {
    return tables.stream().mapToLong(TableBackfill::copied).sum();
  }

  /** Rows that the target refuses. */
  public long refused() {
    return tables.stream().mapToLong(TableBackfill::refused).sum();
  }

  /** Rows of these windows that the target has otherwise than the source. */
  public long differing() {
    return tables.stream().mapToLong(t -> t.changed() + t.extra()).sum();
  }
}
