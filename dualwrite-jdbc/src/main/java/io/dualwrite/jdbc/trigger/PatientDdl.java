package io.dualwrite.jdbc.trigger;

import io.dualwrite.jdbc.journal.LockKeys;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Runs changes of busy tables, each in a short transaction of its own: whoever waits for a table's
 * lock holds up everybody that comes after, so that a lock is waited for only a moment, some times
 * over, a little longer each time. (The longest wait is longer than the server's {@code
 * deadlock_timeout}, after which an autovacuum in the way is ended.)
 */
final class PatientDdl {
  private static final List<Integer> LOCK_MILLIS =
      List.of(200, 200, 500, 500, 1000, 2000, 2000, 3000);

  private static final int PAUSE_MILLIS = 300;
  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final String DEADLOCK = "40P01";

  private final Connection connection;
  private final String schema;

  /** On a connection with auto-commit on; of several callers one at a time makes changes. */
  PatientDdl(Connection connection, String schema) {
    this.connection = connection;
    this.schema = schema;
  }

  /** What is done in one transaction. */
  interface Work<R> {
    R in(Statement statement) throws SQLException;
  }

  /**
   * Does it, and commits.
   *
   * @throws SQLException with SQLState 55P03 where the lock could not be had, as often as it was
   *     tried
   */
  <R> R run(Work<R> work) throws SQLException {
    for (int i = 0; ; i++) {
      try {
        return once(work, LOCK_MILLIS.get(i));
      } catch (SQLException e) {
        boolean again =
            LOCK_NOT_AVAILABLE.equals(e.getSQLState()) || DEADLOCK.equals(e.getSQLState());
        if (!again || i == LOCK_MILLIS.size() - 1) {
          throw e;
        }
        pause(e);
      }
    }
  }

  private static void pause(SQLException failure) throws SQLException {
    try {
      TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(100, PAUSE_MILLIS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure;
    }
  }

  private <R> R once(Work<R> work, int lockMillis) throws SQLException {
    connection.setAutoCommit(false);
    boolean done = false;
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "SELECT pg_catalog.pg_advisory_xact_lock(" + LockKeys.of("control-schema", schema) + ")");
      statement.execute("SET LOCAL lock_timeout = " + lockMillis);
      R result = work.in(statement);
      connection.commit();
      done = true;
      return result;
    } finally {
      if (!done) {
        connection.rollback();
      }
      connection.setAutoCommit(true);
    }
  }
}
