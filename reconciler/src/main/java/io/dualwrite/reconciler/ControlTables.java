package io.dualwrite.reconciler;

import io.dualwrite.Phase;
import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.Control;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.jdbc.journal.Gaps;
import io.dualwrite.jdbc.journal.Instances;
import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.jdbc.prepared.PreparedTransactions;
import io.dualwrite.reconciler.backfill.file.FileBackfiller;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.state.KeptState;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The migration's control tables in both databases, read and written in short transactions. */
final class ControlTables {
  private static final int LISTED = 20;
  private static final Set<String> RESUMABLE = Set.of("compare", "repair", "backfill");

  private final MigrationConfig config;
  private final Snapshots databases;

  ControlTables(MigrationConfig config, Snapshots databases) {
    this.config = config;
    this.databases = databases;
  }

  /** What the control row says; of two, the one of the later epoch. Empty before {@code init}. */
  Optional<Control.State> state() {
    return later(databases.on(Side.SOURCE, this::state), databases.on(Side.TARGET, this::state));
  }

  private static Optional<Control.State> later(
      Optional<Control.State> source, Optional<Control.State> target) {
    if (source.isPresent() && target.isPresent()) {
      return target.get().epoch() > source.get().epoch() ? target : source;
    }
    return source.or(() -> target);
  }

  private Optional<Control.State> state(Connection connection) throws SQLException {
    String schema = config.journal().schema();
    return ControlSchema.hasControl(connection, schema)
        ? new Control(schema).read(connection, config.migration())
        : Optional.empty();
  }

  boolean exists(Side side) {
    return databases.on(side, c -> ControlSchema.exists(c, config.journal().schema()));
  }

  /**
   * Where the migration stands; a side that does not answer is named in it, as long as the other
   * does.
   */
  MigrationStatus status() {
    List<SideReadException> away = new ArrayList<>();
    Map<Side, Optional<Control.State>> states = new EnumMap<>(Side.class);
    for (Side side : Side.values()) {
      try {
        states.put(side, databases.on(side, this::state));
      } catch (SideReadException e) {
        away.add(e);
        states.put(side, Optional.empty());
      }
    }
    if (away.size() == Side.values().length) {
      throw away.get(0);
    }
    List<String> problems = new ArrayList<>(away.stream().map(SideReadException::problem).toList());
    Optional<Control.State> state = later(on(states, Side.SOURCE), on(states, Side.TARGET));
    Phase phase = state.map(Control.State::phase).orElse(config.phase());
    if (on(states, phase.primary()).isEmpty()) {
      Journal.Depth none = new Journal.Depth(0, 0, Duration.ZERO);
      boolean killed = state.map(Control.State::killSwitch).orElse(false);
      return new MigrationStatus(
          config.migration(),
          false,
          phase,
          killed,
          0,
          List.of(),
          none,
          List.of(),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          KeptState.unknown("the control schema is not there"),
          problems);
    }
    String schema = config.journal().schema();
    Journal journal = new Journal(schema);
    Control.State row = state.orElseThrow();
    Optional<PreparedTransactions> strict =
        away.isEmpty() ? strict(phase.primary().other(), problems) : Optional.empty();
    KeptState kept = kept();
    return databases.on(
        phase.primary(),
        c ->
            new MigrationStatus(
                config.migration(),
                true,
                phase,
                row.killSwitch(),
                row.epoch(),
                new Instances(schema).list(c, config.migration()),
                journal.depth(c),
                journal.setAsideEntries().list(c, LISTED),
                new Gaps(schema).unreconciled(c, config.migration()),
                phase.primary() == Side.SOURCE
                    ? new TriggerSetup(config, databases).coverage(c)
                    : Optional.empty(),
                strict,
                kept,
                problems));
  }

  private KeptState kept() {
    try {
      return databases.on(
          Side.TARGET,
          c ->
              KeptState.read(
                  c,
                  config.journal().schema(),
                  config.migration(),
                  command -> RESUMABLE.contains(command) || FileBackfiller.isLoad(command)));
    } catch (SideReadException e) {
      return KeptState.unknown(e.problem());
    }
  }

  private Optional<PreparedTransactions> strict(Side secondary, List<String> problems) {
    try {
      PreparedTransactions found =
          databases.on(secondary, c -> PreparedTransactions.read(c, config.migration()));
      return config.usesStrict() || !found.waiting().isEmpty()
          ? Optional.of(found)
          : Optional.empty();
    } catch (SideReadException e) {
      problems.add(e.problem());
      return Optional.empty();
    }
  }

  private static Optional<Control.State> on(Map<Side, Optional<Control.State>> states, Side side) {
    return states.getOrDefault(side, Optional.empty());
  }

  /** When phase or kill switch were last changed, by the source's clock. */
  Optional<Instant> phaseSince() {
    return databases.on(
        Side.SOURCE,
        c ->
            exists(Side.SOURCE)
                ? new Control(config.journal().schema()).changedAt(c, config.migration())
                : Optional.empty());
  }

  /** The primary's clock. */
  Instant now(Side primary) {
    return databases.on(
        primary,
        c -> {
          try (Statement statement = c.createStatement();
              ResultSet result = statement.executeQuery("select clock_timestamp()")) {
            result.next();
            return result.getTimestamp(1).toInstant();
          }
        });
  }
}
