package io.dualwrite.reconciler.backfill;

import io.dualwrite.jdbc.config.ReconcilerConfig;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.load.LoadLimits;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What a backfill copies, and how. Immutable.
 *
 * @param tables the tables, by their identity; empty: all
 * @param since only rows whose time column is at or after it; empty: from the first
 * @param end where history ends
 * @param parallelism how many windows are sent at once, 1 to 64; one more is verified meanwhile
 * @param batchRows how many rows go into a window; empty: as many as are sent in half a second
 * @param checksum by which windows are verified; empty: the cheapest that both servers compute
 *     alike
 * @param load what it may cost the databases
 * @param resume whether to go on with a backfill that was interrupted, if there is one
 * @param deferIndexes whether the target's foreign keys and the indexes that the dual writes do not
 *     need are dropped before and built again behind the rows
 */
public record BackfillOptions(
    List<String> tables,
    Optional<Instant> since,
    End end,
    int parallelism,
    OptionalInt batchRows,
    Optional<Checksum> checksum,
    LoadLimits load,
    boolean resume,
    boolean deferIndexes) {

  /**
   * Where history ends, in tables with a time column. Tables without one are copied whole.
   *
   * @param kind how it is given
   * @param at the time before which rows are copied; only where it is given
   */
  public record End(Kind kind, Optional<Instant> at) {
    /** How an end is given. */
    public enum Kind {
      /** The completion point, which the writers' registrations tell. */
      COMPLETION_POINT,
      /** A time. */
      TIME,
      /** There is none: all rows are copied. */
      NONE
    }

    /** The completion point. */
    public static final End COMPLETION_POINT = new End(Kind.COMPLETION_POINT, Optional.empty());

    /** All rows. */
    public static final End NONE = new End(Kind.NONE, Optional.empty());

    /** Rows before that time. */
    public static End of(Instant time) {
      return new End(Kind.TIME, Optional.of(time));
    }
  }

  public BackfillOptions {
    tables = List.copyOf(tables);
    if (parallelism < 1 || parallelism > 64) {
      throw new IllegalArgumentException(
          "parallelism must be between 1 and 64, was " + parallelism);
    }
    if (batchRows.isPresent() && batchRows.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "batch-rows must be at least 1, was " + batchRows.getAsInt());
    }
    if (since.isPresent() && end.at().isPresent() && !since.get().isBefore(end.at().get())) {
      throw new IllegalArgumentException(
          "from must be before until, was " + since.get() + ", and until was " + end.at().get());
    }
  }

  /** All history up to the completion point, as the configuration says. */
  public static BackfillOptions of(ReconcilerConfig config) {
    return new BackfillOptions(
        List.of(),
        Optional.empty(),
        End.COMPLETION_POINT,
        config.parallelism(),
        OptionalInt.empty(),
        Optional.empty(),
        LoadLimits.of(config.load()),
        false,
        false);
  }

  /** The time before which rows are copied; empty: all of them. */
  public Optional<Instant> until(Supplier<Instant> completionPoint) {
    return end.kind() == End.Kind.COMPLETION_POINT ? Optional.of(completionPoint.get()) : end.at();
  }

  /** Only these tables. */
  public BackfillOptions tables(List<String> names) {
    return with(d -> d.tables = names);
  }

  /** Only rows at or after that time. */
  public BackfillOptions since(Optional<Instant> time) {
    return with(d -> d.since = time);
  }

  /** Up to there. */
  public BackfillOptions end(End last) {
    return with(d -> d.end = last);
  }

  /** So many windows at once. */
  public BackfillOptions parallelism(int windows) {
    return with(d -> d.parallelism = windows);
  }

  /** So many rows in a window. */
  public BackfillOptions batchRows(int rows) {
    return with(d -> d.batchRows = OptionalInt.of(rows));
  }

  /** Verified by that checksum. */
  public BackfillOptions checksum(Optional<Checksum> wanted) {
    return with(d -> d.checksum = wanted);
  }

  /** Within these limits. */
  public BackfillOptions load(LoadLimits limits) {
    return with(d -> d.load = limits);
  }

  /** Whether to go on with one that was interrupted. */
  public BackfillOptions resume(boolean goOn) {
    return with(d -> d.resume = goOn);
  }

  /** Whether indexes and foreign keys are built again behind the rows. */
  public BackfillOptions deferIndexes(boolean defer) {
    return with(d -> d.deferIndexes = defer);
  }

  private BackfillOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.options();
  }

  /** Options of which one is about to be another. */
  private static final class Draft {
    private List<String> tables;
    private Optional<Instant> since;
    private End end;
    private int parallelism;
    private OptionalInt batchRows;
    private Optional<Checksum> checksum;
    private LoadLimits load;
    private boolean resume;
    private boolean deferIndexes;

    Draft(BackfillOptions options) {
      this.tables = options.tables;
      this.since = options.since;
      this.end = options.end;
      this.parallelism = options.parallelism;
      this.batchRows = options.batchRows;
      this.checksum = options.checksum;
      this.load = options.load;
      this.resume = options.resume;
      this.deferIndexes = options.deferIndexes;
    }

    BackfillOptions options() {
      return new BackfillOptions(
          tables, since, end, parallelism, batchRows, checksum, load, resume, deferIndexes);
    }
  }
}
