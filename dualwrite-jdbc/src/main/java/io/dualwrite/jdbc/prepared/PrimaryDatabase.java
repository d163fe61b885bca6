package io.dualwrite.jdbc.prepared;

import io.dualwrite.jdbc.journal.Journal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.List;

/**
 * What the primary knows of a transaction: whether it has ended, and whether it committed. Never
 * guesses; what cannot be read is thrown.
 */
public final class PrimaryDatabase {
  /** The identity where the server does not tell its own. */
  public static final String UNTOLD = "0";

  private static final String IN_THE_FUTURE = "22023";
  private static final String NO_PRIVILEGE = "42501";

  /** What became of a transaction. */
  public enum Outcome {
    /** It runs. */
    RUNNING,
    /** It committed: its entries are there. */
    COMMITTED,
    /** It rolled back, or was lost in a crash. */
    ROLLED_BACK,
    /**
     * This server does not know: it is another one, or was restored or promoted, or the number is
     * forgotten, or it is a standby.
     */
    UNKNOWN
  }

  private final Journal journal;

  /** Asks by the entries of that journal. */
  public PrimaryDatabase(Journal journal) {
    this.journal = journal;
  }

  /** Which database of which server this is; {@link #UNTOLD} where that may not be asked. */
  public String identity(Connection primary) throws SQLException {
    String sql =
        "SELECT (SELECT system_identifier FROM pg_catalog.pg_control_system())::text || '.' || oid::text"
            + " FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()";
    try (PreparedStatement statement = primary.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getString(1);
    } catch (SQLException e) {
      if (NO_PRIVILEGE.equals(e.getSQLState())) {
        return UNTOLD;
      }
      throw e;
    }
  }

  /**
   * What became of the transaction that prepared this.
   *
   * @param primary in auto-commit
   * @param identity of the primary as it is now
   */
  public Outcome outcome(Connection primary, String identity, PreparedId id) throws SQLException {
    if (isStandby(primary)) {
      return Outcome.UNKNOWN;
    }
    // The status first: entries that are not there after the transaction has ended will not come.
    String status = status(primary, id.transaction());
    boolean another =
        !identity.equals(UNTOLD)
            && !id.database().equals(UNTOLD)
            && !identity.equals(id.database());
    if (!another && "in progress".equals(status)) {
      return Outcome.RUNNING;
    }
    if (hasEntries(primary, id)) {
      return Outcome.COMMITTED;
    }
    return another || status.isEmpty() ? Outcome.UNKNOWN : Outcome.ROLLED_BACK;
  }

  private static boolean isStandby(Connection primary) throws SQLException {
    try (PreparedStatement statement =
            primary.prepareStatement("SELECT pg_catalog.pg_is_in_recovery()");
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getBoolean(1);
    }
  }

  /** Empty where the server knows none. */
  private static String status(Connection primary, String transaction) throws SQLException {
    try (PreparedStatement statement =
        primary.prepareStatement("SELECT pg_catalog.pg_xact_status(?::text::xid8)")) {
      statement.setString(1, transaction);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        String status = row.getString(1);
        return status == null ? "" : status;
      }
    } catch (SQLException e) {
      if (IN_THE_FUTURE.equals(e.getSQLState())) {
        return "";
      }
      throw e;
    }
  }

  /**
   * Nobody deletes them as long as the prepared transaction holds the lane's locks. A later
   * transaction of the same number has written its own later.
   */
  private boolean hasEntries(Connection primary, PreparedId id) throws SQLException {
    List<String> tables = journal.tablesWithEntries(primary);
    String sql =
        "SELECT EXISTS (SELECT FROM pg_catalog.unnest(?::text[]) t(name) CROSS JOIN LATERAL (SELECT FROM "
            + journal.sql()
            + " j WHERE j.table_name = t.name COLLATE \"C\" AND j.at BETWEEN ? AND ? AND j.tx = ?::text::xid8 LIMIT 1) e)";
    try (PreparedStatement statement = primary.prepareStatement(sql)) {
      statement.setArray(1, primary.createArrayOf("text", tables.toArray()));
      statement.setTimestamp(2, Timestamp.from(id.since()));
      statement.setTimestamp(3, Timestamp.from(id.until()));
      statement.setString(4, id.transaction());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }
}
