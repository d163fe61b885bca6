package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import io.dualwrite.jdbc.load.Load;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.Charset;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOperation;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.QueryExecutor;

/**
 * The driver's own executor as its {@code CopyManager} uses it: what is loaded into mirrored tables
 * is journaled. Whatever else runs through it is run behind our back, and counted as a bypass.
 */
final class LoadingExecutor implements InvocationHandler {
  private final DualConnection connection;
  private final CurrentTransaction transaction;
  private final BaseConnection driver;

  private LoadingExecutor(DualConnection connection, BaseConnection driver) {
    this.connection = connection;
    this.transaction = connection.transaction();
    this.driver = driver;
  }

  static QueryExecutor of(DualConnection connection, BaseConnection driver) {
    return (QueryExecutor)
        Proxy.newProxyInstance(
            QueryExecutor.class.getClassLoader(),
            new Class<?>[] {QueryExecutor.class},
            new LoadingExecutor(connection, driver));
  }

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    if (method.getName().equals("startCopy") && arguments != null) {
      return start(String.valueOf(arguments[0]), Boolean.TRUE.equals(arguments[1]));
    }
    if (method.getName().startsWith("execute")) {
      connection.mirroring().bypass("query-executor");
    } else if (method.getName().equals("fastpathCall")) {
      connection.mirroring().bypass("fastpath");
    }
    try {
      return method.invoke(driver.getQueryExecutor(), arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private CopyOperation start(String sql, boolean suppressBegin) throws SQLException {
    boolean mirrored = transaction.enter();
    boolean started = false;
    try {
      CopyOperation operation = mirrored ? planned(sql, suppressBegin) : plain(sql, suppressBegin);
      started = true;
      return operation;
    } finally {
      if (!started) {
        transaction.leave();
      }
    }
  }

  private CopyOperation planned(String sql, boolean suppressBegin) throws SQLException {
    CapturePlan plan = connection.plan(sql, RequestedKeys.NONE);
    if (plan instanceof CapturePlan.Load load) {
      return load(load, sql);
    }
    if (plan instanceof CapturePlan.Unmirrored unmirrored) {
      transaction.unmirrored(unmirrored);
      try {
        return plain(sql, suppressBegin);
      } finally {
        connection.execution().anythingMayHaveChanged(unmirrored);
      }
    }
    if (plan instanceof CapturePlan.Captured captured) {
      captured.tables().forEach(transaction::journaled);
    }
    return plain(sql, suppressBegin);
  }

  /** Goes by as it is; what it belongs to ends with it. */
  private CopyOperation plain(String sql, boolean suppressBegin) throws SQLException {
    CopyOperation operation = driver.getQueryExecutor().startCopy(sql, suppressBegin);
    if (operation instanceof CopyIn in) {
      return new PlainCopy(in, transaction);
    }
    transaction.leave();
    return operation;
  }

  private CopyIn load(CapturePlan.Load plan, String sql) throws SQLException {
    LoadTransaction around = new LoadTransaction(connection, transaction.isAutoCommit());
    Load load = null;
    CopyIn in = null;
    try {
      around.begin();
      load = Load.begin(plan, connection.raw(), Charset.forName(driver.getEncoding().name()));
      if (driver.getQueryExecutor().startCopy(sql, false) instanceof CopyIn started) {
        in = started;
        return new JournaledCopy(in, plan, load, around, connection);
      }
      throw new SQLException("COPY FROM STDIN was answered by something else", "0A000");
    } finally {
      if (in == null) {
        if (load != null) {
          load.close();
        }
        around.rollBack();
      }
    }
  }
}
