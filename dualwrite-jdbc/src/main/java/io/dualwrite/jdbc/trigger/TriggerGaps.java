package io.dualwrite.jdbc.trigger;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.Gaps;
import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * The times in which triggers name nothing: while the kill switch is engaged (begun by the trigger
 * on the control table) and while a table lacks its triggers. They hold for whoever writes, and so
 * belong to no instance; anyone may end them, once nothing more can come.
 */
public final class TriggerGaps {
  private static final String NO_TRIGGERS = "no triggers on ";

  private final String gaps;
  private final String control;
  private final String schema;
  private final String migration;

  /** Of a migration whose control schema is in the database asked. */
  public TriggerGaps(MigrationConfig config) {
    this.schema = config.journal().schema();
    this.migration = config.migration();
    this.gaps = Identifiers.quote(schema) + ".gaps";
    this.control = Identifiers.quote(schema) + ".control";
  }

  /** Whether the control tables have what capture by triggers keeps in them. */
  public static boolean isPossible(Connection connection, String schema) throws SQLException {
    String sql =
        "SELECT count(*) FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
            + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ? AND NOT a.attisdropped"
            + " AND (c.relname, a.attname) IN (('control', 'capture_turn'), ('control', 'captured_at'), ('gaps', 'last_tx'),"
            + " ('capture_turn', 'last_value'))";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, schema);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1) == 4;
      }
    }
  }

  /**
   * Ends the gaps of the kill switch that was released, as far as their last transactions are over;
   * to be called now and then. Two steps, which must not share a transaction's snapshot: of the
   * first moment at which the triggers are known to journal again the newest transaction is noted;
   * when all up to it have ended, so has the gap.
   */
  public void endReleased(Connection connection) throws SQLException {
    if (!isPossible(connection, schema) || !isOpen(connection)) {
      return;
    }
    update(
        connection,
        "UPDATE "
            + gaps
            + " SET last_tx = pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())"
            + " WHERE migration = ? AND instance = ? AND until IS NULL AND last_tx IS NULL AND reason NOT LIKE ?"
            + " AND NOT EXISTS (SELECT FROM "
            + control
            + " c WHERE c.migration = gaps.migration AND (c.kill_switch OR c.phase = 'SOURCE_ONLY'))");
    update(
        connection,
        "UPDATE "
            + gaps
            + " SET until = pg_catalog.clock_timestamp() WHERE migration = ? AND instance = ? AND until IS NULL"
            + " AND reason NOT LIKE ? AND last_tx <= pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())");
  }

  /** Whether there is one; who may only read needs not be refused where there is nothing to end. */
  private boolean isOpen(Connection connection) throws SQLException {
    String sql =
        "SELECT FROM "
            + gaps
            + " WHERE migration = ? AND instance = ? AND until IS NULL AND reason NOT LIKE ? LIMIT 1";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      name(statement);
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  private void update(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      name(statement);
      statement.executeUpdate();
    }
  }

  private void name(PreparedStatement statement) throws SQLException {
    statement.setString(1, migration);
    statement.setString(2, Gaps.TRIGGERS);
    statement.setString(3, NO_TRIGGERS + "%");
  }

  /** Records which tables are not seen, since the last installation, and which are again. */
  public void follow(Connection connection, Coverage coverage) throws SQLException {
    // Where an administrator has installed them before there was a row.
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE "
                + control
                + " SET captured_at = pg_catalog.clock_timestamp() WHERE migration = ? AND captured_at IS NULL")) {
      statement.setString(1, migration);
      statement.executeUpdate();
    }
    for (String table : coverage.tables()) {
      open(connection, table, false);
    }
    endHoles(connection, coverage.tables());
  }

  /** Ends the gaps of all tables but these: they are seen again, and have been locked for it. */
  void endHoles(Connection connection, List<String> still) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE "
                + gaps
                + " SET until = pg_catalog.clock_timestamp() WHERE migration = ? AND instance = ? AND until IS NULL"
                + " AND reason LIKE ? AND reason <> ALL (?)")) {
      statement.setString(1, migration);
      statement.setString(2, Gaps.TRIGGERS);
      statement.setString(3, NO_TRIGGERS + "%");
      statement.setArray(
          4, connection.createArrayOf("text", still.stream().map(t -> NO_TRIGGERS + t).toArray()));
      statement.executeUpdate();
    }
  }

  /**
   * A table is locked and gets its triggers in this transaction: what was written to it since the
   * last installation is a gap, unless that is recorded already.
   */
  void recordHoleFilled(Connection connection, String table) throws SQLException {
    open(connection, table, true);
  }

  private void open(Connection connection, String table, boolean over) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO "
                + gaps
                + " (migration, instance, reason, since, until) SELECT c.migration, ?, ?, c.captured_at,"
                + (over ? " pg_catalog.clock_timestamp()" : " NULL")
                + " FROM "
                + control
                + " c WHERE c.migration = ? AND c.captured_at IS NOT NULL AND NOT EXISTS (SELECT FROM "
                + gaps
                + " g WHERE g.migration = c.migration AND g.instance = ? AND g.reason = ? AND g.until IS NULL)")) {
      statement.setString(1, Gaps.TRIGGERS);
      statement.setString(2, NO_TRIGGERS + table);
      statement.setString(3, migration);
      statement.setString(4, Gaps.TRIGGERS);
      statement.setString(5, NO_TRIGGERS + table);
      statement.executeUpdate();
    }
  }
}
