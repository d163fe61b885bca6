package io.dualwrite.reconciler;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.Gaps;
import io.dualwrite.reconciler.ReconcilerException.Kind;
import io.dualwrite.reconciler.compare.Again;
import io.dualwrite.reconciler.compare.Keeping;
import io.dualwrite.reconciler.compare.KeptUse;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.state.RunDesk;
import io.dualwrite.reconciler.state.StateAccess;
import io.dualwrite.reconciler.state.Stores;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.SortedMap;

/** Opens the run in which a command keeps what it finishes. */
final class RunOpening {
  private final MigrationConfig config;
  private final Snapshots databases;

  RunOpening(MigrationConfig config, Snapshots databases) {
    this.config = config;
    this.databases = databases;
  }

  /**
   * What was opened.
   *
   * @param keeping where results go
   * @param age how long ago the run began: what it goes on with was looked at since then
   */
  record Opened(Keeping keeping, Duration age) {}

  /**
   * Begins a run, or goes on with one; where nothing can be kept, the command goes on without.
   *
   * @throws ReconcilerException if a run is to be gone on with and nothing is kept
   * @throws IllegalArgumentException if the interrupted run was made with other settings
   */
  Opened open(
      String command,
      SortedMap<String, String> settings,
      KeptUse use,
      boolean whole,
      Side primary) {
    String schema = config.journal().schema();
    Optional<String> problem = databases.on(Side.TARGET, c -> StateAccess.problem(c, schema));
    if (problem.isPresent()) {
      if (use.resumes()) {
        throw new ReconcilerException(
            Kind.USAGE, "--resume: nothing was kept to go on with: " + problem.get() + ".");
      }
      return new Opened(Keeping.nothing(problem.get(), place()), Duration.ZERO);
    }
    RunDesk desk =
        new RunDesk(databases.database(Side.TARGET), Stores.of(schema, config.migration()));
    try {
      RunDesk.Opened opened =
          use.resumes() ? desk.resume(command, settings) : desk.begin(command, settings);
      Duration age =
          opened.run().run().resumes() == 0 ? Duration.ZERO : age(opened.run().run().startedAt());
      Keeping.Scope scope =
          new Keeping.Scope(
              now(primary).minus(age),
              config.reconciler().lateness(),
              whole && !use.readsAll(),
              unsafeSince(primary));
      return new Opened(Keeping.in(opened.run(), opened.note(), scope), age);
    } catch (SQLException e) {
      throw new SideReadException(Side.TARGET, e);
    }
  }

  /**
   * The windows that the last comparisons did not find equal.
   *
   * @throws ReconcilerException if nothing is kept
   */
  Again again() {
    String schema = config.journal().schema();
    Optional<String> problem = databases.on(Side.TARGET, c -> StateAccess.problem(c, schema));
    if (problem.isPresent()) {
      throw new ReconcilerException(
          Kind.USAGE, "--from-last: no comparison was kept: " + problem.get() + ".");
    }
    return place();
  }

  /** Where comparisons are kept; empty where they cannot be. */
  Optional<Again> kept() {
    Keeping.Place here = here();
    return here.problem().isPresent() ? Optional.empty() : Optional.of(here.where());
  }

  /** Where they would be, and why they cannot be kept if that is so. */
  Keeping.Place here() {
    String schema = config.journal().schema();
    return new Keeping.Place(
        place(), databases.on(Side.TARGET, c -> StateAccess.problem(c, schema)));
  }

  private Again place() {
    return new Again(
        databases.database(Side.TARGET),
        Stores.of(config.journal().schema(), config.migration()),
        config.migration(),
        config.reconciler().lateness());
  }

  /** Where the target's clock was set back since, the run may have begun at any time. */
  private Duration age(Instant startedAt) {
    Instant now = now(Side.TARGET);
    return Duration.between(startedAt.isAfter(now) ? Instant.EPOCH : startedAt, now);
  }

  private Instant now(Side side) {
    return databases.on(
        side,
        c -> {
          try (var statement = c.createStatement();
              var rows = statement.executeQuery("select clock_timestamp()")) {
            rows.next();
            return rows.getTimestamp(1).toInstant();
          }
        });
  }

  /** Since when rows may have been written to one side alone. */
  Optional<Instant> unsafeSince(Side primary) {
    Gaps gaps = new Gaps(config.journal().schema());
    return databases.on(
        primary,
        c ->
            io.dualwrite.jdbc.journal.ControlSchema.exists(c, config.journal().schema())
                ? gaps.unreconciled(c, config.migration()).stream()
                    .map(Gaps.Gap::since)
                    .min(Comparator.naturalOrder())
                : Optional.<Instant>empty());
  }
}
