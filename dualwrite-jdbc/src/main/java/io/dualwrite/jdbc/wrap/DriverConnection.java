package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.QueryExecutor;
import org.postgresql.fastpath.Fastpath;
import org.postgresql.largeobject.LargeObjectManager;

/**
 * What PostgreSQL's driver offers beside JDBC. Loads are journaled; what else could write past the
 * plans is counted as a bypass when it is used.
 */
abstract class DriverConnection extends ForwardingConnection implements ForwardingBaseConnection {
  DriverConnection(Connection raw) {
    super(raw);
  }

  abstract Mirroring mirroring();

  abstract CurrentTransaction transaction();

  abstract CapturePlan plan(String sql, RequestedKeys keys) throws SQLException;

  /** The rows of a statement of the driver's own, as the application is to see them. */
  abstract ResultSet rows(ResultSet raw);

  /** The driver's executor as the application is to see it. */
  abstract QueryExecutor executor(BaseConnection driver);

  /** Nothing that a driver's interface offers beside JDBC's is looked into but what follows. */
  @Override
  public BaseConnection asBaseConnection() {
    return transaction().driver().connection();
  }

  @Override
  public CopyManager getCopyAPI() throws SQLException {
    return new CopyManager(this);
  }

  @Override
  public LargeObjectManager getLargeObjectAPI() throws SQLException {
    mirroring().bypass("large-object");
    return asBaseConnection().getLargeObjectAPI();
  }

  @Override
  @SuppressWarnings("deprecation") // the application's choice
  public Fastpath getFastpathAPI() throws SQLException {
    mirroring().bypass("fastpath");
    return asBaseConnection().getFastpathAPI();
  }

  @Override
  public QueryExecutor getQueryExecutor() {
    return executor(asBaseConnection());
  }

  @Override
  public Array createArrayOf(String type, @Nullable Object elements) throws SQLException {
    return wrapped(asBaseConnection().createArrayOf(type, elements));
  }

  @Override
  public ResultSet execSQLQuery(String sql) throws SQLException {
    boolean reads = onlyReads(sql);
    try {
      return rows(asBaseConnection().execSQLQuery(sql));
    } finally {
      afterDriver(reads);
    }
  }

  @Override
  public ResultSet execSQLQuery(String sql, int type, int concurrency) throws SQLException {
    boolean reads = onlyReads(sql);
    try {
      return rows(asBaseConnection().execSQLQuery(sql, type, concurrency));
    } finally {
      afterDriver(reads);
    }
  }

  /** Whether a text that the driver runs past the plans changes nothing; said aloud if it may. */
  private boolean onlyReads(String sql) throws SQLException {
    boolean reads =
        !transaction().expectsMirroring()
            || plan(sql, RequestedKeys.NONE) instanceof CapturePlan.PassThrough;
    if (!reads) {
      mirroring().bypass("exec-sql");
    }
    return reads;
  }

  private void afterDriver(boolean readOnly) {
    if (!readOnly) {
      transaction().namesChanged();
    }
  }

  @Override
  public void execSQLUpdate(String sql) throws SQLException {
    mirroring().bypass("exec-sql");
    try {
      asBaseConnection().execSQLUpdate(sql);
    } finally {
      transaction().namesChanged();
    }
  }
}
