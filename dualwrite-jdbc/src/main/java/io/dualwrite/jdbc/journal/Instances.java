package io.dualwrite.jdbc.journal;

import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The applications that write through this migration, each known by its heartbeat in the primary.
 */
public final class Instances {
  /** An instance not seen for longer than this, by the primary's clock, counts as gone. */
  public static final Duration ALIVE = Duration.ofSeconds(10);

  private final String instances;

  /** The registry in that schema. */
  public Instances(String schema) {
    this.instances = Identifiers.quote(schema) + ".instances";
  }

  /**
   * One instance.
   *
   * @param name host, process id and start
   * @param state what it last said of itself: its phase in effect, kill switch, degradation
   * @param lastSeen how long ago, by the primary's clock
   * @param stopped whether it left in order
   */
  public record Instance(String name, String state, Duration lastSeen, boolean stopped) {
    /** Whether it may still be writing. */
    public boolean alive() {
      return !stopped && lastSeen.compareTo(ALIVE) <= 0;
    }
  }

  /** Says that the instance is alive. */
  public void beat(Connection primary, String migration, String instance, String state)
      throws SQLException {
    String sql =
        "INSERT INTO "
            + instances
            + " (instance, migration, state) VALUES (?, ?, ?)"
            + " ON CONFLICT (instance) DO UPDATE SET state = EXCLUDED.state, seen_at = clock_timestamp(), stopped_at = NULL";
    try (PreparedStatement statement = primary.prepareStatement(sql)) {
      statement.setString(1, instance);
      statement.setString(2, migration);
      statement.setString(3, state);
      statement.executeUpdate();
    }
  }

  /** Says that the instance left in order; forgets instances that have been gone for a week. */
  public void stopped(Connection primary, String instance) throws SQLException {
    try (PreparedStatement statement =
        primary.prepareStatement(
            "UPDATE "
                + instances
                + " SET stopped_at = clock_timestamp(), seen_at = clock_timestamp() WHERE instance = ?")) {
      statement.setString(1, instance);
      statement.executeUpdate();
    }
    try (PreparedStatement statement =
        primary.prepareStatement(
            "DELETE FROM "
                + instances
                + " WHERE seen_at < clock_timestamp() - interval '7 days'")) {
      statement.executeUpdate();
    }
  }

  /** The migration's instances, last seen first. */
  public List<Instance> list(Connection primary, String migration) throws SQLException {
    String sql =
        "SELECT instance, state, extract(epoch FROM clock_timestamp() - seen_at), stopped_at IS NOT NULL FROM "
            + instances
            + " WHERE migration = ? ORDER BY seen_at DESC";
    try (PreparedStatement statement = primary.prepareStatement(sql)) {
      statement.setString(1, migration);
      try (ResultSet rows = statement.executeQuery()) {
        List<Instance> found = new ArrayList<>();
        while (rows.next()) {
          found.add(
              new Instance(
                  rows.getString(1),
                  rows.getString(2),
                  Duration.ofMillis(Math.round(rows.getDouble(3) * 1000)),
                  rows.getBoolean(4)));
        }
        return found;
      }
    }
  }
}
