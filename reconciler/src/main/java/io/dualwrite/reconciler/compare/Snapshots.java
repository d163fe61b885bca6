package io.dualwrite.reconciler.compare;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.ChangedTableException;
import io.dualwrite.jdbc.copy.RewrittenTables;
import io.dualwrite.jdbc.schema.ColumnText;
import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.database.WatchedDatabase;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads in short transactions of one snapshot, read-only, with the session settings pinned that
 * values' texts depend on.
 *
 * @param source the source
 * @param target the target
 * @param statementTimeout how long a query may run; empty: as the server says
 * @param table whose rows are read; empty: none's
 */
public record Snapshots(
    DataSource source,
    DataSource target,
    Optional<Duration> statementTimeout,
    Optional<TablePair> table) {
  private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

  /** Compiling a query takes longer than most windows do. */
  private static final String NO_JIT = ", pg_catalog.set_config('jit', 'off', true)";

  /** Nobody reads a table that is locked for being changed: to wait long for it is of no use. */
  private static final String LOCK_TIMEOUT = "; SET LOCAL lock_timeout = '10s'; ";

  private static final String MAY_NOT_LOCK = "42501";

  /** Queries may run for as long as the servers let them. */
  public Snapshots(DataSource source, DataSource target) {
    this(source, target, Optional.empty(), Optional.empty());
  }

  /** The same databases, where a query may run for so long. */
  public Snapshots within(Optional<Duration> limit) {
    return new Snapshots(source, target, limit, table);
  }

  /**
   * The same databases, to read rows of this table: it is the one that was described, and nothing
   * rewrites or empties it from before each snapshot until that is over. {@code TRUNCATE} and most
   * forms of {@code ALTER TABLE} leave a table without rows for snapshots that are older, however
   * long a query has waited for its lock.
   */
  public Snapshots of(TablePair read) {
    return new Snapshots(source, target, statementTimeout, Optional.of(read));
  }

  /** What is done on one side. */
  public interface Read<T> {
    /** Reads within the snapshot. */
    T in(Connection connection) throws SQLException;
  }

  /** What is done on both sides. */
  public interface ReadBoth<T> {
    /** Reads within both snapshots; throws {@link SideReadException} for the side that failed. */
    T in(Connection source, Connection target);
  }

  /** Reads one side. */
  public <T> T on(Side side, Read<T> read) {
    try (Session session = open(side)) {
      T answer = read.in(session.connection());
      session.check();
      return answer;
    } catch (SQLException e) {
      throw new SideReadException(side, e);
    }
  }

  /**
   * Reads both sides on the calling thread; {@code first} is connected to first, by everyone in the
   * same order.
   */
  public <T> T onBoth(Side first, ReadBoth<T> read) {
    try (Session one = open(first);
        Session other = open(first.other())) {
      T answer =
          first == Side.SOURCE
              ? read.in(one.connection(), other.connection())
              : read.in(other.connection(), one.connection());
      one.check();
      other.check();
      return answer;
    }
  }

  /** The connections of {@code side}. */
  public DataSource database(Side side) {
    return side == Side.SOURCE ? source : target;
  }

  /**
   * The failure in the words of whoever caused it: where a connection was cut off because the
   * server had fallen silent, that is what happened.
   */
  public SideReadException explained(SideReadException e) {
    return database(e.side()) instanceof WatchedDatabase watched
        ? watched
            .silence()
            .map(
                silence -> {
                  silence.addSuppressed(e);
                  return new SideReadException(e.side(), silence);
                })
            .orElse(e)
        : e;
  }

  /** Writes one side, outside any snapshot, in auto-commit mode. */
  public <T> T write(Side side, Read<T> write) {
    try (Connection connection = database(side).getConnection()) {
      return write.in(connection);
    } catch (SQLException e) {
      throw new SideReadException(side, e);
    }
  }

  private Session open(Side side) {
    try {
      Connection connection = database(side).getConnection();
      try {
        connection.setAutoCommit(false);
        return begin(connection, side);
      } catch (SQLException e) {
        release(connection);
        throw e;
      }
    } catch (SQLException e) {
      throw new SideReadException(side, e);
    }
  }

  private Session begin(Connection connection, Side side) throws SQLException {
    if (table.isEmpty()) {
      begin(connection, "", "");
      return new Session(connection, side, Optional.empty());
    }
    TablePair read = table.get();
    String name = read.on(side).name().sql();
    Found found;
    boolean locked = true;
    try {
      // A lock takes no snapshot, the settings behind it do. Of thousands of partitions, each would
      // be locked by every session, and a server has room for so many locks: they are asked after.
      found = begin(connection, "LOCK TABLE ONLY " + name + " IN ACCESS SHARE MODE; ", facts(name));
    } catch (SQLException e) {
      if (!MAY_NOT_LOCK.equals(e.getSQLState())) {
        throw e;
      }
      // Who may read but some columns may lock nothing.
      connection.rollback();
      found = begin(connection, "", facts(name));
      locked = false;
    }
    if (found.oid() != read.on(side).oid()) {
      throw ChangedTableException.ofTable(read, side);
    }
    return new Session(connection, side, locked && !found.children() ? Optional.empty() : table);
  }

  /** What has a table's name when the transaction begins, and whether it has children. */
  private record Found(long oid, boolean children) {}

  private static String facts(String name) {
    String oid = "pg_catalog.to_regclass(" + Identifiers.literal(name) + ")::pg_catalog.oid";
    return ", EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE inhparent = " + oid + "), " + oid;
  }

  /** Begins a transaction; {@code facts} are the last two values of its first row, if any. */
  private Found begin(Connection connection, String lock, String facts) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
              + timeout()
              + LOCK_TIMEOUT
              + lock
              + ColumnText.SESSION_SETTINGS
              + NO_JIT
              + facts);
      if (facts.isEmpty()) {
        return new Found(0, false);
      }
      while (statement.getUpdateCount() >= 0) {
        statement.getMoreResults();
      }
      try (ResultSet row = statement.getResultSet()) {
        row.next();
        int last = row.getMetaData().getColumnCount();
        return new Found(row.getLong(last), row.getBoolean(last - 1));
      }
    }
  }

  private String timeout() {
    return statementTimeout.map(t -> "; SET LOCAL statement_timeout = " + t.toMillis()).orElse("");
  }

  private static void release(Connection connection) {
    try (connection) {
      connection.rollback();
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      // What was read is complete; a connection that cannot end its transaction is not used
      // again.
      LOG.debug("Giving a connection back failed ({})", e.getSQLState());
    }
  }

  /**
   * A transaction.
   *
   * @param unlocked the table that it reads without a lock on it, or on its children
   */
  private record Session(Connection connection, Side side, Optional<TablePair> unlocked)
      implements AutoCloseable {
    /** Throws unless the rows read are those of the snapshot. */
    void check() {
      if (unlocked.isPresent()) {
        try {
          RewrittenTables.check(connection, side, List.of(unlocked.get()));
        } catch (SQLException e) {
          throw new SideReadException(side, e);
        }
      }
    }

    @Override
    public void close() {
      release(connection);
    }
  }
}
