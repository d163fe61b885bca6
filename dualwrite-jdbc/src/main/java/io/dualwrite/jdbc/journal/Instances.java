package io.dualwrite.jdbc.journal;

import io.dualwrite.Phase;
import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The applications that write through this migration, each known by its heartbeat in the primary.
 */
public final class Instances {
  /** How often an instance says that it is alive, and at once when anything of it changes. */
  public static final Duration HEARTBEAT = Duration.ofSeconds(2);

  /** An instance not seen for longer than this, by the primary's clock, counts as gone. */
  public static final Duration ALIVE = Duration.ofSeconds(10);

  /** Instances gone for longer are forgotten. */
  static final Duration FORGOTTEN = Duration.ofDays(7);

  private final String instances;

  /** The registry in that schema. */
  public Instances(String schema) {
    this.instances = Identifiers.quote(schema) + ".instances";
  }

  /**
   * One instance. What an earlier version does not tell is empty.
   *
   * @param name host, process id and start
   * @param state what it last said of itself: mirroring, or why not
   * @param started when it began, by the primary's clock
   * @param lastSeen how long ago, by the primary's clock
   * @param stopped whether it left in order
   * @param phase the phase that it follows
   * @param epoch the control table's epoch that it follows
   * @param killSwitchBy the sources that have the kill switch engaged in it
   * @param capture how it notices writes
   * @param policy its failure policy and delivery
   * @param version of the library
   * @param host where it runs
   * @param pid its process there
   */
  public record Instance(
      String name,
      String state,
      Instant started,
      Duration lastSeen,
      boolean stopped,
      Optional<Phase> phase,
      OptionalLong epoch,
      List<String> killSwitchBy,
      Optional<String> capture,
      Optional<String> policy,
      Optional<String> version,
      Optional<String> host,
      OptionalLong pid) {
    public Instance {
      killSwitchBy = List.copyOf(killSwitchBy);
    }

    /** Whether it may still be writing. */
    public boolean alive() {
      return !stopped && lastSeen.compareTo(ALIVE) <= 0;
    }

    /** Whether it neither left in order nor was heard of lately: killed, frozen or cut off. */
    public boolean stale() {
      return !stopped && !alive();
    }

    /** Whether it follows the control table's state of that epoch or a later one. */
    public boolean follows(long wanted) {
      return epoch.isPresent() && epoch.getAsLong() >= wanted;
    }
  }

  /**
   * Says that the instance is alive, and what it does.
   *
   * @return how long ago it had said so before; empty the first time
   */
  public Optional<Duration> beat(Connection primary, String migration, Presence presence)
      throws SQLException {
    String sql =
        "WITH before AS (SELECT seen_at FROM "
            + instances
            + " WHERE instance = ?) INSERT INTO "
            + instances
            + " (instance, migration, state, phase, epoch, kill_switch_by, capture, policy, version, host, pid)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            + " ON CONFLICT (instance) DO UPDATE SET state = EXCLUDED.state, phase = EXCLUDED.phase, epoch = EXCLUDED.epoch,"
            + " kill_switch_by = EXCLUDED.kill_switch_by, seen_at = clock_timestamp(), stopped_at = NULL"
            + " RETURNING (SELECT extract(epoch FROM clock_timestamp() - seen_at) FROM before)";
    try (PreparedStatement statement = primary.prepareStatement(sql)) {
      int i = 1;
      statement.setString(i++, presence.instance());
      statement.setString(i++, presence.instance());
      statement.setString(i++, migration);
      statement.setString(i++, presence.state());
      statement.setString(i++, presence.phase().name());
      statement.setLong(i++, presence.epoch());
      statement.setArray(
          i++, primary.createArrayOf("text", presence.killSwitchBy().toArray(String[]::new)));
      statement.setString(i++, presence.capture());
      statement.setString(i++, presence.policy());
      statement.setString(i++, presence.version());
      statement.setString(i++, presence.host());
      statement.setLong(i, presence.pid());
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        double seconds = rows.getDouble(1);
        return rows.wasNull() ? Optional.empty() : Optional.of(duration(seconds));
      }
    }
  }

  /** Says that the instance left in order. */
  public void stopped(Connection primary, String instance) throws SQLException {
    try (PreparedStatement statement =
        primary.prepareStatement(
            "UPDATE "
                + instances
                + " SET stopped_at = clock_timestamp(), seen_at = clock_timestamp() WHERE instance = ?")) {
      statement.setString(1, instance);
      statement.executeUpdate();
    }
  }

  /** Forgets instances that have been gone for a week; how many. */
  public int forget(Connection primary) throws SQLException {
    try (PreparedStatement statement =
        primary.prepareStatement(
            "DELETE FROM "
                + instances
                + " WHERE seen_at < clock_timestamp() - ? * interval '1 second'")) {
      statement.setLong(1, FORGOTTEN.toSeconds());
      return statement.executeUpdate();
    }
  }

  /** The migration's instances, last seen first. */
  public List<Instance> list(Connection primary, String migration) throws SQLException {
    // By way of the whole row, so that a table of an earlier version can be read as well.
    String sql =
        "SELECT instance, state, started_at, extract(epoch FROM clock_timestamp() - seen_at), stopped_at IS NOT NULL,"
            + " r->>'phase', (r->>'epoch')::bigint,"
            + " ARRAY(SELECT pg_catalog.jsonb_array_elements_text(CASE pg_catalog.jsonb_typeof(r->'kill_switch_by') WHEN 'array' THEN r->'kill_switch_by' ELSE '[]' END)),"
            + " r->>'capture', r->>'policy', r->>'version', r->>'host', (r->>'pid')::bigint"
            + " FROM (SELECT i.*, pg_catalog.to_jsonb(i) AS r FROM "
            + instances
            + " i WHERE migration = ?) i ORDER BY seen_at DESC";
    try (PreparedStatement statement = primary.prepareStatement(sql)) {
      statement.setString(1, migration);
      try (ResultSet rows = statement.executeQuery()) {
        List<Instance> found = new ArrayList<>();
        while (rows.next()) {
          found.add(instance(rows));
        }
        return found;
      }
    }
  }

  private static Instance instance(ResultSet rows) throws SQLException {
    return new Instance(
        rows.getString(1),
        rows.getString(2),
        rows.getTimestamp(3).toInstant(),
        duration(rows.getDouble(4)),
        rows.getBoolean(5),
        Optional.ofNullable(rows.getString(6)).map(Phase::valueOf),
        number(rows.getObject(7, Long.class)),
        texts(rows.getArray(8)),
        Optional.ofNullable(rows.getString(9)),
        Optional.ofNullable(rows.getString(10)),
        Optional.ofNullable(rows.getString(11)),
        Optional.ofNullable(rows.getString(12)),
        number(rows.getObject(13, Long.class)));
  }

  private static List<String> texts(Array array) throws SQLException {
    return List.of((String[]) array.getArray());
  }

  private static OptionalLong number(@Nullable Long number) {
    return number == null ? OptionalLong.empty() : OptionalLong.of(number);
  }

  private static Duration duration(double seconds) {
    return Duration.ofMillis(Math.round(seconds * 1000));
  }
}
