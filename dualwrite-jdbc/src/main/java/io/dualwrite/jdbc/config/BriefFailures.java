package io.dualwrite.jdbc.config;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.SQLExceptionOverride;
import com.zaxxer.hikari.util.DriverDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import javax.sql.DataSource;

/**
 * Opens connections to a server that may be away for long. HikariCP warns of each connection that
 * breaks, and once a minute while none can be opened, with the exception. Its stack trace tells
 * nothing that the message does not, and would fill the application's log: it is taken out.
 */
final class BriefFailures extends ForwardingDataSource {
  private BriefFailures(DataSource driver) {
    super(driver);
  }

  /** Has a pool, whose URL, credentials and driver properties are set, keep its warnings short. */
  static void of(HikariConfig pool) {
    pool.setDataSource(
        new BriefFailures(
            new DriverDataSource(
                pool.getJdbcUrl(),
                pool.getDriverClassName(),
                pool.getDataSourceProperties(),
                pool.getUsername(),
                pool.getPassword())));
    pool.setExceptionOverride(
        new SQLExceptionOverride() {
          @java.lang.Override
          public Override adjudicate(SQLException failure) {
            String state = String.valueOf(failure.getSQLState());
            if (state.startsWith("08") || state.startsWith("57P")) {
              shortened(failure);
            }
            return Override.CONTINUE_EVICT;
          }
        });
  }

  @Override
  public Connection getConnection() throws SQLException {
    try {
      return delegate.getConnection();
    } catch (SQLException e) {
      throw shortened(e);
    }
  }

  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    try {
      return delegate.getConnection(username, password);
    } catch (SQLException e) {
      throw shortened(e);
    }
  }

  private static SQLException shortened(SQLException failure) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Throwable t = failure; t != null && seen.add(t); t = t.getCause()) {
      t.setStackTrace(new StackTraceElement[0]);
      for (Throwable suppressed : t.getSuppressed()) {
        suppressed.setStackTrace(new StackTraceElement[0]);
      }
    }
    return failure;
  }
}
