package io.dualwrite.chaos.workload;

import io.dualwrite.chaos.history.AcknowledgementLog;
import io.dualwrite.chaos.history.Change;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import javax.sql.DataSource;

/**
 * How one thread of an application writes: each transaction is told to the log before it may be
 * committed, and its outcome after.
 */
final class Session {
  /** Classes of SQLState after which a commit has not happened. */
  private static final Set<String> NOT_COMMITTED =
      Set.of("0A", "21", "22", "23", "25", "40", "42", "44", "P0");

  private final DataSource dataSource;
  private final AcknowledgementLog log;
  private final String writer;
  private final Stamps stamps;
  private final Random random;

  Session(
      DataSource dataSource, AcknowledgementLog log, String writer, Stamps stamps, Random random) {
    this.dataSource = dataSource;
    this.log = log;
    this.writer = writer;
    this.stamps = stamps;
    this.random = random;
  }

  /** What is done in a transaction. */
  @FunctionalInterface
  interface Work {
    void in(Unit unit) throws SQLException;
  }

  /** What is read. */
  @FunctionalInterface
  interface Read<T> {
    T in(Unit unit) throws SQLException;
  }

  String writer() {
    return writer;
  }

  long version() {
    return stamps.version();
  }

  long key() {
    return stamps.key();
  }

  Random random() {
    return random;
  }

  /** A statement that commits by itself, and what it may change. */
  void single(List<Change> possible, Work work) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      Unit unit = new Unit(connection);
      long number = log.intend(possible);
      try {
        work.in(unit);
      } catch (SQLException e) {
        failed(number, e);
        throw e;
      }
      log.acknowledged(number, unit.changes());
    }
  }

  /** What is read outside of a transaction. */
  <T> T read(Read<T> read) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      return read.in(new Unit(connection));
    }
  }

  /** A transaction at READ COMMITTED. */
  void transaction(Work work) throws SQLException {
    transaction(Connection.TRANSACTION_READ_COMMITTED, work);
  }

  /** A transaction at SERIALIZABLE. */
  void serializable(Work work) throws SQLException {
    transaction(Connection.TRANSACTION_SERIALIZABLE, work);
  }

  private void transaction(int isolation, Work work) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setTransactionIsolation(isolation);
      connection.setAutoCommit(false);
      Unit unit = new Unit(connection);
      try {
        work.in(unit);
      } catch (SQLException | RuntimeException e) {
        log.rolledBack(unit.changes());
        rollback(connection, e);
        throw e;
      }
      if (unit.discarded()) {
        log.rolledBack(unit.changes());
        connection.rollback();
        return;
      }
      long number = log.intend(unit.changes());
      try {
        connection.commit();
      } catch (SQLException e) {
        failed(number, e);
        rollback(connection, e);
        throw e;
      }
      log.acknowledged(number, unit.changes());
    }
  }

  private void failed(long number, SQLException e) {
    String state = String.valueOf(e.getSQLState());
    if (state.length() == 5 && NOT_COMMITTED.contains(state.substring(0, 2))) {
      log.rolledBack(number);
    } else {
      log.unknown(number);
    }
  }

  private static void rollback(Connection connection, Exception cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }
}
