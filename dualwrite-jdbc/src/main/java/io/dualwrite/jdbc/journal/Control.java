package io.dualwrite.jdbc.journal;

import io.dualwrite.Phase;
import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** The migration's row in the control table: what operators set and every instance follows. */
public final class Control {
  private final String control;

  /** The control table in that schema. */
  public Control(String schema) {
    this.control = Identifiers.quote(schema) + ".control";
  }

  /**
   * The row's content.
   *
   * @param phase where the migration stands
   * @param killSwitch whether the kill switch is engaged through this table
   * @param epoch counts the changes of phase and of kill switch: an instance that shows this epoch
   *     follows this state
   */
  public record State(Phase phase, boolean killSwitch, long epoch) {}

  /** The state, if the migration has been registered here. */
  public Optional<State> read(Connection connection, String migration) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT phase, kill_switch, epoch FROM " + control + " WHERE migration = ?")) {
      statement.setString(1, migration);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(state(rows)) : Optional.empty();
      }
    }
  }

  /** When the state was last changed, by that server's clock. */
  public Optional<Instant> changedAt(Connection connection, String migration) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT changed_at FROM " + control + " WHERE migration = ?")) {
      statement.setString(1, migration);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(rows.getTimestamp(1).toInstant()) : Optional.empty();
      }
    }
  }

  /** Another migration that is registered here, if there is one. */
  public Optional<String> other(Connection connection, String migration) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT migration FROM " + control + " WHERE migration <> ? LIMIT 1")) {
      statement.setString(1, migration);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
      }
    }
  }

  /**
   * Registers the migration with its initial phase unless it is registered already, and returns the
   * state in force.
   *
   * @throws SQLException also when the schema belongs to another migration: two must not share a
   *     journal
   */
  public State register(Connection connection, String migration, Phase initial)
      throws SQLException {
    Optional<String> other = other(connection, migration);
    if (other.isPresent()) {
      throw new SQLException(
          "journal: schema "
              + control.substring(0, control.lastIndexOf('.'))
              + " belongs to migration \""
              + other.get()
              + "\", not \""
              + migration
              + "\". Set journal.schema to another name for this one.");
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO "
                + control
                + " (migration, phase) VALUES (?, ?) ON CONFLICT DO NOTHING")) {
      statement.setString(1, migration);
      statement.setString(2, initial.name());
      statement.executeUpdate();
    }
    return read(connection, migration).orElseThrow();
  }

  /**
   * Engages or releases the kill switch for every instance, whatever else is changed at the same
   * time; the state in force then, empty if the migration is not registered. The epoch changes only
   * if the switch does.
   */
  public Optional<State> setKillSwitch(Connection connection, String migration, boolean engaged)
      throws SQLException {
    return changed(
        connection,
        "UPDATE "
            + control
            + " SET kill_switch = ?, epoch = epoch + (kill_switch <> ?)::int, changed_at = clock_timestamp() WHERE migration = ?"
            + " RETURNING phase, kill_switch, epoch",
        engaged,
        engaged,
        migration);
  }

  /**
   * Moves the migration to another phase for every instance, unless anything was changed since that
   * epoch: then nothing happens, and the answer is empty.
   */
  public Optional<State> setPhase(
      Connection connection, String migration, long expectedEpoch, Phase phase)
      throws SQLException {
    return changed(
        connection,
        "UPDATE "
            + control
            + " SET phase = ?, epoch = epoch + 1, changed_at = clock_timestamp() WHERE migration = ? AND epoch = ?"
            + " RETURNING phase, kill_switch, epoch",
        phase.name(),
        migration,
        expectedEpoch);
  }

  /**
   * Takes over the state of the other side, unless what is here is of a later epoch; false if the
   * migration is not registered here.
   */
  public boolean follow(Connection connection, String migration, State state) throws SQLException {
    return changed(
            connection,
            "UPDATE "
                + control
                + " SET phase = CASE WHEN epoch <= ? THEN ? ELSE phase END, kill_switch = CASE WHEN epoch <= ? THEN ? ELSE kill_switch END,"
                + " epoch = greatest(epoch, ?), changed_at = clock_timestamp() WHERE migration = ? RETURNING phase, kill_switch, epoch",
            state.epoch(),
            state.phase().name(),
            state.epoch(),
            state.killSwitch(),
            state.epoch(),
            migration)
        .isPresent();
  }

  private static Optional<State> changed(Connection connection, String sql, Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(state(rows)) : Optional.empty();
      }
    }
  }

  private static State state(ResultSet rows) throws SQLException {
    return new State(Phase.valueOf(rows.getString(1)), rows.getBoolean(2), rows.getLong(3));
  }
}
