package io.dualwrite.reconciler.compare;

import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.state.KeptRun;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what a comparison finds, so that it can go on after an interruption. Where that is not
 * possible, or fails, the comparison goes on and says so. Safe for use by several threads.
 */
public final class Keeping implements AutoCloseable {
  private static final String COMPARE = "compare";

  /** SQLSTATE undefined_table: nothing was ever verified there. */
  private static final String NO_TABLE = "42P01";

  private final Optional<KeptRun> run;
  private final Optional<String> note;
  private final Scope scope;
  private final Optional<Again> again;
  private final Supplier<Place> place;
  private final boolean corrects;
  private volatile boolean anew;
  private final AtomicReference<@Nullable String> problem = new AtomicReference<>();
  private final SortedMap<String, String> notLowered = new ConcurrentSkipListMap<>();

  private Keeping(
      Optional<KeptRun> run,
      Optional<String> note,
      Scope scope,
      Optional<Again> again,
      Supplier<Place> place,
      boolean corrects) {
    this.corrects = corrects;
    this.run = run;
    this.note = note;
    this.scope = scope;
    this.again = again;
    this.place = place;
  }

  /**
   * How a comparison uses what was kept.
   *
   * @param startedAt when it began, by the primary's clock: the rows' times go by clocks like that
   * @param lateness how much later than its time a row may still be written
   * @param skipsVerified whether verified ranges of append-only tables are left out
   * @param unsafeSince from when on rows may have been written to one side alone: what is as old as
   *     that is not left out
   */
  public record Scope(
      Instant startedAt, Duration lateness, boolean skipsVerified, Optional<Instant> unsafeSince) {
    private static final Scope PLAIN =
        new Scope(Instant.MAX, Duration.ZERO, false, Optional.empty());

    /** Windows that end later may still get rows; the run began then by the target's clock. */
    Instant closed(Instant began) {
      return (startedAt.isBefore(began) ? startedAt : began).minus(lateness);
    }
  }

  /**
   * Where comparisons are kept.
   *
   * @param where the target's tables
   * @param problem why nothing can be kept there, if that is so
   */
  public record Place(Again where, Optional<String> problem) {}

  /**
   * Nothing is kept, for that reason.
   *
   * @param where where it would be
   */
  public static Keeping nothing(String reason, Again where) {
    return new Keeping(
        Optional.empty(),
        Optional.of("Nothing is kept of this run: " + reason + "."),
        Scope.PLAIN,
        Optional.empty(),
        () -> new Place(where, Optional.of(reason)),
        false);
  }

  /**
   * Nothing is kept of a sample or a glance, and that goes without saying; but what differs is not
   * verified any more.
   *
   * @param place where comparisons are kept; asked when a difference is found
   */
  public static Keeping ofGlance(Supplier<Place> place) {
    return new Keeping(
        Optional.empty(), Optional.empty(), Scope.PLAIN, Optional.empty(), place, false);
  }

  /** In this run; {@code note} is for people. */
  public static Keeping in(KeptRun run, Optional<String> note, Scope scope) {
    return new Keeping(Optional.of(run), note, scope, Optional.empty(), Keeping::nowhere, false);
  }

  /**
   * Only what the last comparisons did not find equal is looked at; their results are put right.
   */
  public static Keeping again(Again what) {
    return again(what, true);
  }

  /**
   * The same, and their results are left as they are; but what differs is not verified any more.
   */
  public static Keeping ofGlanceAgain(Again what) {
    return again(what, false);
  }

  private static Keeping again(Again what, boolean corrects) {
    return new Keeping(
        Optional.empty(),
        Optional.empty(),
        new Scope(Instant.MAX, what.lateness(), false, Optional.empty()),
        Optional.of(what),
        () -> new Place(what, Optional.empty()),
        corrects);
  }

  private static Place nowhere() {
    throw new IllegalStateException("it is kept in a run");
  }

  /** The run's comparison begins anew: what it has to find has changed since. */
  public void compareAnew() {
    anew = true;
  }

  boolean isAnew() {
    return anew;
  }

  Optional<Again> again() {
    return again;
  }

  /** Whether results that were kept are put right. */
  boolean corrects() {
    return corrects;
  }

  Scope scope() {
    return scope;
  }

  TableKeeping table(ComparedTable table) {
    return new TableKeeping(this, COMPARE, table);
  }

  /** Keeps another pass over a table. */
  public TableKeeping pass(String step, ComparedTable table) {
    return new TableKeeping(this, step, table);
  }

  /** What a piece of work with the run yields; empty where nothing is kept, or can be any more. */
  <T> Optional<T> use(KeptRun.Work<T> work) {
    if (problem.get() != null || (run.isEmpty() && again.isEmpty())) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          run.isPresent()
              ? run.get().transact(work)
              : KeptRun.transact(again.get().target(), again.get().stores(), work));
    } catch (SQLException e) {
      failed(e);
      return Optional.empty();
    }
  }

  /** What a piece of work with the kept state yields, whatever has become of the run. */
  <T> Optional<T> apart(KeptRun.Work<T> work) throws SQLException {
    return run.isPresent() ? Optional.of(run.get().apart(work)) : Optional.empty();
  }

  /**
   * Takes back what was verified of a table before, whatever else can be kept: a difference was
   * found there.
   *
   * @param atRisk whether a later comparison would leave the difference out
   */
  void lower(String table, KeptRun.Work<Boolean> work, KeptRun.Work<Boolean> atRisk) {
    try {
      if (run.isPresent()) {
        run.get().apart(work);
      } else {
        Place here = place.get();
        Again where = here.where();
        if (here.problem().isEmpty()) {
          KeptRun.transact(where.target(), where.stores(), work);
        } else if (isAtRisk(where, atRisk)) {
          notLowered(table, here.problem().get());
        }
      }
    } catch (SQLException e) {
      notLowered(table, Failures.describe(e));
    } catch (SideReadException e) {
      notLowered(table, e.problem());
    }
  }

  private static boolean isAtRisk(Again where, KeptRun.Work<Boolean> atRisk) throws SQLException {
    try {
      return KeptRun.transact(where.target(), where.stores(), atRisk);
    } catch (SQLException e) {
      if (NO_TABLE.equals(e.getSQLState())) {
        return false;
      }
      throw e;
    }
  }

  private void notLowered(String table, String why) {
    notLowered.put(
        table,
        table
            + " differs where it was verified before, which could not be taken back in the target ("
            + why
            + "): compare it with --all next.");
  }

  Optional<KeptRun> run() {
    return problem.get() == null ? run : Optional.empty();
  }

  private void failed(SQLException e) {
    problem.compareAndSet(
        null, "Nothing more could be kept of this run: target: " + Failures.describe(e) + ".");
  }

  /** Ends the run, unless something is left that it could be taken up again for. */
  public void end(boolean finished, String outcome) {
    if (finished && run().isPresent()) {
      try {
        run.orElseThrow().end(outcome);
      } catch (SQLException e) {
        failed(e);
      }
    }
  }

  /** What was kept, once the comparison has ended. */
  public Kept kept() {
    run.flatMap(KeptRun::failure).ifPresent(this::failed);
    List<String> notes = new ArrayList<>(note.stream().toList());
    Optional.ofNullable(problem.get()).ifPresent(notes::add);
    notes.addAll(notLowered.values());
    return new Kept(number(), notes, notLowered);
  }

  /** The same of a look of a watch, which goes on whether anything more is kept or not. */
  public Kept keptOfLook() {
    return new Kept(number(), List.copyOf(notLowered.values()), notLowered);
  }

  private OptionalLong number() {
    return run.map(r -> OptionalLong.of(r.run().id())).orElse(OptionalLong.empty());
  }

  @Override
  public void close() {
    run.ifPresent(KeptRun::close);
  }
}
