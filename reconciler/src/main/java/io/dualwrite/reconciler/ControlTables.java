package io.dualwrite.reconciler;

import io.dualwrite.Phase;
import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.Control;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.jdbc.journal.Gaps;
import io.dualwrite.jdbc.journal.Instances;
import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** The migration's control tables in both databases, read and written in short transactions. */
final class ControlTables {
  private static final int LISTED = 20;

  private final MigrationConfig config;
  private final Snapshots databases;

  ControlTables(MigrationConfig config, Snapshots databases) {
    this.config = config;
    this.databases = databases;
  }

  /** What the control row says; of two, the one of the later epoch. Empty before {@code init}. */
  Optional<Control.State> state() {
    Optional<Control.State> source = databases.on(Side.SOURCE, this::state);
    Optional<Control.State> target = databases.on(Side.TARGET, this::state);
    if (source.isPresent() && target.isPresent()) {
      return target.get().epoch() > source.get().epoch() ? target : source;
    }
    return source.or(() -> target);
  }

  private Optional<Control.State> state(Connection connection) throws SQLException {
    String schema = config.journal().schema();
    return ControlSchema.exists(connection, schema)
        ? new Control(schema).read(connection, config.migration())
        : Optional.empty();
  }

  boolean exists(Side side) {
    return databases.on(side, c -> ControlSchema.exists(c, config.journal().schema()));
  }

  MigrationStatus status() {
    Optional<Control.State> state = state();
    Phase phase = state.map(Control.State::phase).orElse(config.phase());
    if (state.isEmpty() || !exists(phase.primary())) {
      Journal.Depth none = new Journal.Depth(0, 0, Duration.ZERO);
      return new MigrationStatus(config.migration(), false, phase, false, 0, List.of(), none, List.of(), List.of());
    }
    String schema = config.journal().schema();
    Journal journal = new Journal(schema);
    Control.State row = state.get();
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
                journal.listSetAside(c, LISTED),
                new Gaps(schema).unreconciled(c, config.migration())));
  }

  /** Engages or releases the kill switch on both sides, so that an application that reaches one of them learns of it. */
  void setKillSwitch(boolean engaged) {
    boolean registered = false;
    for (Side side : Side.values()) {
      registered |= write(side, c -> exists(side) && new Control(config.journal().schema()).setKillSwitch(c, config.migration(), engaged));
    }
    if (!registered) {
      throw new ReconcilerException(
          ReconcilerException.Kind.USAGE,
          "migration " + config.migration() + " is not registered in schema " + config.journal().schema()
              + " of either database. Run `reconciler init` first.");
    }
  }

  /** Creates what is missing and registers the migration; the sides on which anything was missing. */
  List<Side> create() {
    String schema = config.journal().schema();
    return List.of(Side.values()).stream()
        .filter(
            side ->
                write(
                    side,
                    c -> {
                      boolean created = ControlSchema.create(c, schema, side.label());
                      new Control(schema).register(c, config.migration(), config.phase());
                      return created;
                    }))
        .toList();
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

  /**
   * Marks the gaps that ended before a complete comparison that found both sides in sync; also those of instances that were gone by
   * then without closing theirs. How many.
   */
  int reconcileGaps(Side primary, Instant comparisonStarted) {
    if (!exists(primary)) {
      return 0;
    }
    String schema = config.journal().schema();
    Gaps gaps = new Gaps(schema);
    Duration since = Duration.between(comparisonStarted, now(primary));
    return write(
        primary,
        c -> {
          List<Instances.Instance> instances = new Instances(schema).list(c, config.migration());
          int reconciled = 0;
          for (Gaps.Gap gap : gaps.unreconciled(c, config.migration())) {
            boolean over =
                gap.until().isPresent()
                    ? gap.until().get().isBefore(comparisonStarted)
                    : instances.stream()
                        .filter(i -> i.name().equals(gap.instance()))
                        .allMatch(i -> i.stopped() || i.lastSeen().compareTo(since.plus(Instances.ALIVE)) > 0);
            if (over) {
              gaps.reconciled(c, gap.id());
              reconciled++;
            }
          }
          return reconciled;
        });
  }

  private <T> T write(Side side, Snapshots.Read<T> write) {
    DataSource database = side == Side.SOURCE ? databases.source() : databases.target();
    try (Connection connection = database.getConnection()) {
      return write.in(connection);
    } catch (SQLException e) {
      throw new SideReadException(side, e);
    }
  }
}
