package io.dualwrite.reconciler.compare;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.ColumnText;
import io.dualwrite.reconciler.database.WatchedDatabase;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
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
 */
public record Snapshots(DataSource source, DataSource target, Optional<Duration> statementTimeout) {
  private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

  /** Compiling a query takes longer than most windows do. */
  private static final String NO_JIT = ", pg_catalog.set_config('jit', 'off', true)";

  /** Nobody reads a table that is locked for being changed: to wait long for it is of no use. */
  private static final String LOCK_TIMEOUT = ", pg_catalog.set_config('lock_timeout', '10s', true)";

  /** Queries may run for as long as the servers let them. */
  public Snapshots(DataSource source, DataSource target) {
    this(source, target, Optional.empty());
  }

  /** The same databases, where a query may run for so long. */
  public Snapshots within(Optional<Duration> limit) {
    return new Snapshots(source, target, limit);
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
      return read.in(session.connection());
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
      return first == Side.SOURCE
          ? read.in(one.connection(), other.connection())
          : read.in(other.connection(), one.connection());
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
      Session session = new Session(connection);
      try {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
          statement.execute(
              "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; "
                  + ColumnText.SESSION_SETTINGS
                  + NO_JIT
                  + LOCK_TIMEOUT
                  + timeout());
        }
        return session;
      } catch (SQLException e) {
        session.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new SideReadException(side, e);
    }
  }

  private String timeout() {
    return statementTimeout
        .map(t -> ", pg_catalog.set_config('statement_timeout', '" + t.toMillis() + "', true)")
        .orElse("");
  }

  private record Session(Connection connection) implements AutoCloseable {
    @Override
    public void close() {
      try (connection) {
        connection.rollback();
        connection.setAutoCommit(true);
      } catch (SQLException e) {
        // What was read is complete; a connection that cannot end its transaction is not used
        // again.
        LOG.debug("Giving a connection back failed ({})", e.getSQLState());
      }
    }
  }
}
