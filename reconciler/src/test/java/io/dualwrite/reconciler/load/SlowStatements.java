package io.dualwrite.reconciler.load;

import io.dualwrite.jdbc.runtime.ForwardingDataSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/** A database whose plain statements take so long. */
final class SlowStatements extends ForwardingDataSource {
  private final Duration delay;

  SlowStatements(DataSource database, Duration delay) {
    super(database);
    this.delay = delay;
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection = super.getConnection();
    return proxy(
        Connection.class,
        connection,
        result -> result instanceof Statement s ? proxy(Statement.class, s, this::late) : result);
  }

  private Object late(Object result) {
    LockSupport.parkNanos(delay.toNanos());
    return result;
  }

  private interface Answer {
    Object of(Object result);
  }

  private static <T> T proxy(Class<T> type, T inner, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              try {
                return answer.of(method.invoke(inner, arguments));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
