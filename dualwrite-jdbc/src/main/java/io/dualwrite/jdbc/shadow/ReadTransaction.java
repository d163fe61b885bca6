package io.dualwrite.jdbc.shadow;

import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.pipeline.PlannedAfresh;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A read-only transaction on one side in which names, times and texts mean what they meant in the
 * application's session. Holds a connection until it is closed; what it set ends with it.
 */
final class ReadTransaction implements AutoCloseable {
  /** In what isolation it reads. */
  enum Isolation {
    /** Each statement sees what was committed before it. */
    READ_COMMITTED("READ COMMITTED"),
    /** All statements see the same. */
    SNAPSHOT("REPEATABLE READ");

    private final String sql;

    Isolation(String sql) {
      this.sql = sql;
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(ReadTransaction.class);
  private static final int ROWS_AT_A_TIME = 500;

  /** Milliseconds after a statement's time is over until a silent server is given up. */
  private static final int NETWORK_GRACE = 1000;

  private static final String SETTINGS =
      """
      SELECT current_user,
        pg_catalog.set_config('search_path', coalesce((SELECT pg_catalog.string_agg(pg_catalog.quote_ident(s), ', ')
          FROM pg_catalog.unnest(?::pg_catalog.text[]) s), ''), true),
        pg_catalog.set_config('TimeZone', coalesce(?, pg_catalog.current_setting('TimeZone')), true),
        pg_catalog.set_config('DateStyle', coalesce(?, pg_catalog.current_setting('DateStyle')), true),
        pg_catalog.set_config('IntervalStyle', coalesce(?, pg_catalog.current_setting('IntervalStyle')), true),
        pg_catalog.set_config('extra_float_digits', '3', true), pg_catalog.set_config('bytea_output', 'hex', true),
        pg_catalog.set_config('lc_monetary', 'C', true), pg_catalog.set_config('xmloption', 'content', true),
        pg_catalog.set_config('row_security', 'off', true), pg_catalog.set_config('statement_timeout', ?, true),
        pg_catalog.set_config('lock_timeout', ?, true), pg_catalog.set_config('idle_in_transaction_session_timeout', ?, true)""";

  private final Connection connection;
  private final Duration limit;
  private String user = "";

  private ReadTransaction(Connection connection, Duration limit) {
    this.connection = connection;
    this.limit = limit;
  }

  /**
   * Begins it.
   *
   * @param limit of each statement, and of all rows of one query
   */
  static ReadTransaction begin(
      DataSource database, ShadowRead.Session session, Isolation isolation, Duration limit)
      throws SQLException {
    ReadTransaction begun = new ReadTransaction(database.getConnection(), limit);
    boolean ready = false;
    try {
      begun.settle(session, isolation);
      ready = true;
      return begun;
    } finally {
      if (!ready) {
        begun.close();
      }
    }
  }

  private void settle(ShadowRead.Session session, Isolation isolation) throws SQLException {
    connection.setNetworkTimeout(Runnable::run, (int) limit.toMillis() + NETWORK_GRACE);
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET TRANSACTION ISOLATION LEVEL " + isolation.sql + " READ ONLY");
    }
    String millis = Long.toString(Math.max(1, limit.toMillis()));
    try (PreparedStatement settings = connection.prepareStatement(SETTINGS)) {
      settings.setString(1, session.searchPath());
      settings.setString(2, session.timeZone());
      settings.setString(3, session.dateStyle());
      settings.setString(4, session.intervalStyle());
      settings.setString(5, millis);
      settings.setString(6, millis);
      settings.setString(7, Long.toString(limit.multipliedBy(3).toMillis()));
      try (ResultSet row = settings.executeQuery()) {
        row.next();
        user = row.getString(1);
      }
    }
  }

  /** The role in which it reads. */
  String user() {
    return user;
  }

  /** For what else is to be asked in the same transaction. */
  Connection connection() {
    return connection;
  }

  /** The query, ready to run. */
  PreparedStatement prepare(ShadowRead read) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(read.sql());
    boolean ready = false;
    try {
      PlannedAfresh.each(statement);
      read.binding().to(statement);
      statement.setFetchSize(ROWS_AT_A_TIME);
      ready = true;
      return statement;
    } finally {
      if (!ready) {
        statement.close();
      }
    }
  }

  /** Runs the query, whose columns come in that order; empty: in their own. */
  RowDigest run(ShadowRead read, List<String> columns, boolean withoutFloats) throws SQLException {
    long deadline = System.nanoTime() + limit.toNanos();
    try (PreparedStatement statement = prepare(read);
        ResultSet rows = statement.executeQuery()) {
      return RowDigest.of(rows, columns, withoutFloats, deadline);
    }
  }

  @Override
  public void close() {
    try (connection) {
      if (!connection.isClosed()) {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      // A connection that cannot roll back is broken; its pool throws it away.
      LOG.debug("Giving a connection back failed: {}", Failures.describe(e));
    }
  }
}
